import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Code } from "./harness/code";
import { stopwatch, until } from "./harness/deadline";
import { runInHost } from "./harness/inhost";
import { emptyFolder, workspace } from "./harness/places";
import { PackageIndex } from "./harness/packageIndex";
import { serverProcess } from "./harness/server";
import { onStage } from "./harness/stage";
import { Workbench } from "./harness/workbench";

const PROGRESS = "Smysl is being set up";
const RUNNING = fileURLToPath(new URL("inhost/running.ts", import.meta.url));

function environments(code: Code): string[] {
  return readdirSync(join(code.globalStorage, "environments"));
}

/** Environments that count as whole. */
function whole(code: Code): string[] {
  const folder = join(code.globalStorage, "environments");
  return environments(code).filter((name) => readdirSync(join(folder, name)).includes("ready.json"));
}

test("from nothing to a running server, with no question asked; an upgrade replaces what was made", async () => {
  const home = emptyFolder("home");
  await onStage({ name: "setup", folder: workspace("shop"), home, keepHome: true }, async (stage) => {
    const { code, browser, window } = stage;
    const took = stopwatch();
    await window.openFromTree("tokens.py");
    const progress = window.notification(PROGRESS);
    // What it is at changes faster than a test may look.
    await progress.waitFor({ timeout: 120_000 });
    await window.picture("progress");
    await progress.waitFor({ state: "detached", timeout: 240_000 });
    await serverProcess(code);
    console.log(`window open → environment made from nothing → server started: ${took()} ms`);
    await window.picture("done");
    expect(whole(code)).toHaveLength(1);
    expect(browser.refused).toEqual(new Set());
    await window.close();

    const again = stopwatch();
    const { status, output } = await runInHost(code, browser, workspace("shop"), RUNNING);
    console.log(
      `window open → environment there → server answered: ${again()} ms; ${/answered.*/.exec(output)?.[0] ?? ""}`,
    );
    expect(status, output).toBe(0);
    expect(whole(code)).toHaveLength(1);
  });

  const index = await PackageIndex.start();
  const env = index.variables;
  await onStage({ name: "upgrade", folder: workspace("shop"), home, vsix: null, env }, async (stage) => {
    const { code, browser, window } = stage;
    await window.openFromTree("tokens.py");
    await serverProcess(code);
    const [before] = whole(code);
    // What a new version of the extension brings differs from what was installed.
    const [extension = ""] = readdirSync(join(home, "extensions")).filter((name) => name.startsWith("smysl."));
    appendFileSync(join(home, "extensions", extension, "dist", "server", "requirements.txt"), "# next\n");
    index.hold();
    await window.command("Developer: Reload Window");
    const second = await Workbench.open(browser, code, workspace("shop"), "upgrade-second");
    await second.openFromTree("tokens.py");
    await window.notification(PROGRESS).waitFor({ timeout: 120_000 });
    await second.notification("another window is at it").waitFor({ timeout: 120_000 });
    await second.picture("waits");
    index.release();
    await second.notification(PROGRESS).waitFor({ state: "detached", timeout: 240_000 });
    await until("both windows have a server", () => code.processes("-m smysl lsp").length === 2, 120_000);
    await until("only the new environment is left", () => environments(code).length === 1, 120_000);
    expect(whole(code)).not.toContain(before);
  }).finally(() => index.stop());
});

test("a set-up that is called off, and one whose downloads break, go on from where they were", async () => {
  const index = await PackageIndex.start();
  const env = index.variables;
  index.holdAfter(3_000_000);
  await onStage({ name: "resume", folder: workspace("shop"), env }, async ({ code, window }) => {
    await window.openFromTree("tokens.py");
    await until("some megabytes have come", () => index.given >= 3_000_000, 120_000);
    await window.answer(PROGRESS, "Cancel");
    const cancelled = window.notification("Smysl is not set up yet");
    await cancelled.waitFor({ timeout: 120_000 });
    await window.picture("called-off");
    expect(code.processes("pip")).toEqual([]);
    expect(environments(code)).toEqual([]);

    index.release();
    index.breakAfter(20_000_000);
    await window.answer("Smysl is not set up yet", "Go On");
    const offline = window.notification("could not download");
    await offline.waitFor({ timeout: 240_000 });
    await window.picture("broken");
    expect(whole(code)).toEqual([]);
    expect(code.processes("-m smysl lsp")).toEqual([]);

    const before = index.given;
    index.heal();
    await window.answer("could not download", "Try Again");
    await window.notification(PROGRESS).waitFor({ timeout: 120_000 });
    await window.notification(PROGRESS).waitFor({ state: "detached", timeout: 240_000 });
    await serverProcess(code);
    expect(whole(code)).toHaveLength(1);
    const [first, rest] = [before, index.given - before].map((bytes) => (bytes / 1e6).toFixed(1));
    console.log(`downloaded before the break: ${first} MB, afterwards: ${rest} MB, in all ${index.size / 1e6} MB`);
    // What was whole before the break is not downloaded again; the file that broke is, at most the largest.
    expect(index.given).toBeLessThan(index.size + 2 * index.largest);
  }).finally(() => index.stop());
});
