import { chmodSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outcome, Run, Runner } from "../../../extension/src/environment/runner";
import type { Log } from "../../../extension/src/server/server";

export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A new folder of its own, links resolved. */
export function folder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "smysl-test-")));
}

/** An executable file, which nothing runs. */
export function program(...parts: readonly string[]): string {
  const path = join(...parts);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "");
  chmodSync(path, 0o755);
  return path;
}

export const done: Outcome = { status: 0, stdout: "", output: "" };

export function failed(output: string): Outcome {
  return { status: 1, stdout: "", output };
}

/** A runner that records what it is asked and answers as the script says, once the signal lets it. */
export function scripted(script: (run: Run) => Outcome | Promise<Outcome>): { run: Runner; runs: string[] } {
  const runs: string[] = [];
  return {
    runs,
    run: async (run) => {
      run.signal.throwIfAborted();
      runs.push([run.executable, ...run.args].join(" "));
      const outcome = await script(run);
      run.signal.throwIfAborted();
      for (const line of outcome.output.split("\n")) {
        run.onLine?.(line);
      }
      return outcome;
    },
  };
}

/** What a Python answers to the question about itself. */
export function answer(executable: string, minor = 12, { venv = true } = {}): Outcome {
  return { status: 0, stdout: JSON.stringify(["cpython", 3, minor, executable, venv]), output: "" };
}
