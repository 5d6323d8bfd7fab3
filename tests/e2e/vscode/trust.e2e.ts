import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { until } from "./harness/deadline";
import { Listener } from "./harness/listener";
import { PackageIndex } from "./harness/packageIndex";
import { emptyFolder, workspace } from "./harness/places";
import { OWN_SERVER, serverProcess } from "./harness/server";
import { onStage } from "./harness/stage";
import type { Workbench } from "./harness/workbench";

/** A folder that tries to have its own programs run and the code sent to its own host. */
async function hostile(): Promise<{ folder: string; marks: string; host: Listener }> {
  const [folder, marks, host] = [workspace("shop"), emptyFolder("marks"), await Listener.start()];
  const program = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, `#!/bin/sh\ntouch ${join(marks, name.replaceAll("/", "-"))}\nexec sleep 60\n`);
    chmodSync(path, 0o755);
    return path;
  };
  mkdirSync(join(folder, ".vscode"));
  const settings = {
    "smysl.serverCommand": [program("server")],
    "smysl.pythonPath": program("python"),
    "smysl.ollamaHost": host.url,
    "smysl.model": "bge-m3",
  };
  writeFileSync(join(folder, ".vscode", "settings.json"), JSON.stringify(settings));
  for (const name of ["bin/python3", "bin/python", "bin/uv", "bin/git"]) {
    program(name);
  }
  // What is imported from the working directory or beside a program would be executed, too.
  for (const name of ["smysl.py", "site.py", "sitecustomize.py", "json.py"]) {
    writeFileSync(join(folder, name), `open(${JSON.stringify(join(marks, name))}, "w")\n`);
  }
  return { folder, marks, host };
}

async function distrust(window: Workbench): Promise<void> {
  const dialog = window.page.locator(".monaco-dialog-box");
  await dialog.waitFor({ timeout: 120_000 });
  await window.picture("asked");
  await dialog.locator(".monaco-button", { hasText: "No, I don't trust" }).click();
}

/** Which of the folder's programs and modules were executed. */
function executed(marks: string): string[] {
  return readdirSync(marks);
}

test("a set-up executes nothing of the folder, whatever it is called", async () => {
  const { folder, marks, host } = await hostile();
  const index = await PackageIndex.start();
  // The set-up comes as far as its first download, and no further.
  index.hold();
  const env = { ...index.variables, PATH: `${join(folder, "bin")}:.:${process.env["PATH"] ?? ""}` };
  await onStage({ name: "hostile", folder, env, askForTrust: true }, async ({ code, window }) => {
    await distrust(window);
    await window.openFromTree("tokens.py");
    await until("something is to be downloaded", () => index.waiting > 0, 120_000);
    await window.answer("being set up", "Cancel");
    await window.notification("not set up yet").waitFor({ timeout: 120_000 });
    expect(executed(marks)).toEqual([]);
    expect(code.processes(folder)).toEqual([]);
  }).finally(() => Promise.all([host.stop(), index.stop()]));
});

test("without trust the folder's settings choose neither program nor host; with trust no program either", async () => {
  const { folder, marks, host } = await hostile();
  const setting = { name: "trust", folder, machineSettings: OWN_SERVER, askForTrust: true };
  await onStage(setting, async ({ code, window }) => {
    await distrust(window);
    await window.openFromTree("tokens.py");
    await serverProcess(code);
    // Time enough to ask a host: with trust it takes a moment, see below.
    await sleep(8_000);
    await window.picture("restricted");
    expect(host.asked).toEqual([]);
    expect(executed(marks)).toEqual([]);

    await window.command("Workspaces: Manage Workspace Trust");
    await window.page.locator(".workspace-trust-editor .monaco-button", { hasText: "Trust" }).first().click();
    await until("the trusted folder's host is asked", () => host.asked.length > 0, 120_000);
    await window.picture("trusted");
    await sleep(2_000);
    expect(executed(marks)).toEqual([]);
  }).finally(() => host.stop());
});
