import { join } from "node:path";
import { until } from "./deadline";
import type { Code } from "./code";
import { ROOT } from "./places";

/** The server of this repository, so that a test that is not about the set-up need not wait for one. */
export const OWN_SERVER = {
  "smysl.serverCommand": [join(ROOT, ".venv", "bin", "python"), "-I", "-X", "utf8", "-m", "smysl", "lsp"],
};

/** The process of the server, as soon as there is exactly one and it is not `other`. */
export async function serverProcess(code: Code, other?: number, withinMs = 120_000): Promise<number> {
  const what = other === undefined ? "one server runs" : "another server runs";
  return until(
    what,
    () => {
      const [server, ...more] = code.processes("-m smysl lsp");
      return more.length === 0 && server?.pid !== other && server?.pid;
    },
    withinMs,
  );
}
