import { spawn, type ChildProcess } from "node:child_process";
import { win32 } from "node:path";

/** Milliseconds a process gets to end by itself before it is killed. */
const PATIENCE_MS = 2_000;

/** Resolves when the process has ended; at once if it already has. */
export function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    child.once("exit", () => {
      resolve();
    });
  });
}

/** Afterwards the process is gone. It is asked, and after `patienceMs` killed. */
export async function end(child: ChildProcess, patienceMs = PATIENCE_MS): Promise<void> {
  const gone = ended(child);
  const timer = setTimeout(() => {
    kill(child, "SIGKILL");
  }, patienceMs);
  child.stdin?.end();
  await gone;
  clearTimeout(timer);
}

/** Signals the process and, where it leads a group of its own or on Windows, everything it started. */
export function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) {
    return;
  }
  if (process.platform === "win32") {
    // Windows ends no children with their parent.
    const [program, args] = taskkill(child.pid, process.env);
    // Where it cannot be started the process itself at least is ended.
    spawn(program, args, { stdio: "ignore", windowsHide: true }).once("error", () => child.kill(signal));
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

/** How Windows ends a process and all it started. By its whole path: a bare name is first looked for in the current folder. */
export function taskkill(pid: number, env: NodeJS.ProcessEnv): readonly [string, readonly string[]] {
  const system = win32.join(env["SystemRoot"] ?? "C:\\Windows", "System32");
  return [win32.join(system, "taskkill.exe"), ["/pid", String(pid), "/T", "/F"]];
}
