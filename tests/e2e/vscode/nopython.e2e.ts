import { expect, test } from "vitest";
import { emptyFolder, workspace } from "./harness/places";
import { OWN_SERVER, serverProcess } from "./harness/server";
import { onStage } from "./harness/stage";

test("without a Python a sentence says what to do, and a command of one's own is a way out", async () => {
  const env = { PATH: emptyFolder("path") };
  await onStage({ name: "no-python", folder: workspace("shop"), env }, async ({ code, window }) => {
    await window.openFromTree("tokens.py");
    await window.notification("found none").waitFor({ timeout: 120_000 });
    await window.picture("says-so");
    await window.answer("found none", "Choose Python…");
    await window.quickInput.waitFor({ timeout: 120_000 });
    await window.picture("choose");
    await window.page.keyboard.press("Escape");
    code.setMachineSettings(OWN_SERVER);
    await serverProcess(code);
  });
});

test("a setting that names no Python says so and leads to the setting", async () => {
  const machineSettings = { "smysl.pythonPath": "/nowhere/python3" };
  await onStage({ name: "bad-python", folder: workspace("shop"), machineSettings }, async ({ code, window }) => {
    await window.openFromTree("tokens.py");
    await window.notification("which is no Python").waitFor({ timeout: 120_000 });
    await window.picture("says-so");
    await window.answer("which is no Python", "Open Setting");
    await window.page.locator(".settings-editor", { hasText: "Python Path" }).waitFor({ timeout: 120_000 });
    await window.picture("setting");
    expect(code.processes("-m smysl lsp")).toEqual([]);
  });
});
