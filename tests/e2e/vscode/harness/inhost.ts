import { build, type BuildOptions } from "esbuild";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "./browser";
import type { Code } from "./code";
import { emptyFolder } from "./places";

export interface HostRun {
  /** 0 when every test passed. */
  readonly status: number;
  readonly output: string;
}

/**
 * Runs a module of tests inside the extension host, beside the installed extension, with the real `vscode`.
 * The module exports `run()`, which throws if a test failed. Through VS Code's own hooks for automation.
 */
export async function runInHost(
  code: Code,
  browser: Browser,
  folder: string,
  module: string,
  withinMs = 120_000,
): Promise<HostRun> {
  const extension = emptyFolder("inhost");
  mkdirSync(join(extension, "dist"));
  const manifest = {
    ...{ name: "smysl-tests", publisher: "smysl", version: "0.0.1", engines: { vscode: "^1.91.0" } },
    extensionDependencies: ["smysl.smysl"],
  };
  writeFileSync(join(extension, "package.json"), JSON.stringify(manifest));
  const bundle = join(extension, "dist", "tests.js");
  const bundling: BuildOptions = { bundle: true, platform: "node", format: "cjs", external: ["vscode"] };
  await build({ entryPoints: [module], outfile: bundle, ...bundling });

  const page = await browser.newPage();
  const lines: string[] = [];
  const status = new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`The tests in the extension host took longer than ${withinMs} ms:\n${lines.join("\n")}`));
    }, withinMs);
    const done = (code: number): void => {
      clearTimeout(timer);
      resolve(code);
    };
    void page.exposeFunction("codeAutomationExit", done);
  });
  await page.exposeFunction("codeAutomationLog", (_type: string, args: unknown) => {
    lines.push((Array.isArray(args) ? args : [args]).map(String).join(" "));
  });
  const remote = (path: string): string => `vscode-remote://127.0.0.1:${code.port}${path}`;
  const payload = JSON.stringify([
    ["extensionDevelopmentPath", remote(extension)],
    ["extensionTestsPath", remote(bundle)],
    ["skipWelcome", "true"],
  ]);
  await page.goto(`${code.url(folder)}&payload=${encodeURIComponent(payload)}`);
  try {
    return { status: await status, output: lines.join("\n") };
  } finally {
    await page.close();
  }
}
