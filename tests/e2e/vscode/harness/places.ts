import { cpSync, existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../../../package.json";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));

/** Pictures of what the person saw; never under version control. */
export const ARTEFACTS = join(ROOT, "tests", "artefacts");

/** The packed extension, made by `make vsix`. */
export const VSIX = join(ROOT, "build", `smysl-${manifest.version}.vsix`);

/** VS Code's web server, as install.sh found or installed it. */
export function vscodeServer(): string {
  const folder = process.env["SMYSL_E2E_VSCODE"];
  if (!folder || !existsSync(join(folder, "out", "server-main.js"))) {
    throw new Error("SMYSL_E2E_VSCODE names no VS Code server; run the suite with tests/e2e/vscode/run.sh.");
  }
  return folder;
}

/** A new empty folder of this run. */
export function emptyFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `smysl-e2e-${name}-`));
}

/** A copy of one of the workspaces beside the tests, for a test to change as it likes. */
export function workspace(name: string): string {
  const copy = join(emptyFolder("workspace"), name);
  mkdirSync(copy);
  cpSync(fileURLToPath(new URL(`../workspaces/${name}`, import.meta.url)), copy, { recursive: true });
  return copy;
}
