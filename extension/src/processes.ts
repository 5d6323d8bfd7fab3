import { spawn, type ChildProcess } from "node:child_process";

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
    spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { stdio: "ignore", windowsHide: true });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}
