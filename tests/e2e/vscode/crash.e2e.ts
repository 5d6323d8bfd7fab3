import { expect, test } from "vitest";
import { until } from "./harness/deadline";
import { workspace } from "./harness/places";
import { OWN_SERVER, serverProcess } from "./harness/server";
import { onStage } from "./harness/stage";

test("a killed server comes back three times, then VS Code says so; a restart by hand begins anew", async () => {
  const setting = { name: "crash", folder: workspace("shop"), machineSettings: OWN_SERVER };
  await onStage(setting, async ({ code, window }) => {
    await window.openFromTree("tokens.py");
    let server = await serverProcess(code);
    for (let kills = 0; kills < 3; kills += 1) {
      process.kill(server, "SIGKILL");
      server = await serverProcess(code, server);
    }
    expect(await window.notification("ended four times").count()).toBe(0);
    process.kill(server, "SIGKILL");
    await window.notification("ended four times").waitFor({ timeout: 120_000 });
    await window.picture("says-so");
    expect(code.processes("-m smysl lsp")).toEqual([]);
    await window.answer("ended four times", "Show Log");
    await window.page.locator(".output-view-container, .panel", { hasText: "ended by itself" }).first().waitFor();
    await window.picture("log");
    await window.command("Smysl: Restart Server");
    server = await serverProcess(code, server);
    await window.command("Smysl: Restart Server");
    await serverProcess(code, server);
  });
});

test("a closed window leaves no server", async () => {
  const setting = { name: "close", folder: workspace("shop"), machineSettings: OWN_SERVER };
  await onStage(setting, async ({ code, window }) => {
    await window.openFromTree("tokens.py");
    await serverProcess(code);
    await window.page.close({ runBeforeUnload: true });
    await until("the server of the closed window is gone", () => code.processes("-m smysl lsp").length === 0, 120_000);
  });
});
