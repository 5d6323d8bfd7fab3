import { expect, test } from "vitest";
import { stopwatch } from "./harness/deadline";
import { workspace } from "./harness/places";
import { onStage } from "./harness/stage";

test("a fresh home gets an environment and a running server, with no question asked", async () => {
  await onStage({ name: "setup", folder: workspace("shop") }, async ({ code, browser, window }) => {
    const took = stopwatch();
    const progress = window.notification("Smysl is being set up");
    await progress.waitFor({ timeout: 60_000 });
    await window.picture("progress");
    await progress.waitFor({ state: "detached", timeout: 240_000 });
    console.log(`set-up from nothing: ${took()} ms`);
    await window.picture("done");
    expect(code.processes("-m smysl lsp")).toHaveLength(1);
    expect(browser.refused).toEqual(new Set());
  });
});
