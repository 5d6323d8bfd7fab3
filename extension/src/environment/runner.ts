import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { ended, kill } from "../processes";

export interface Run {
  readonly executable: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Called with each line of both streams as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface Outcome {
  /** The exit status; null when the program could not be started or was killed. */
  readonly status: number | null;
  readonly stdout: string;
  /** Both streams, line by line, as a person would have seen them. */
  readonly output: string;
}

/** Runs a program to its end. Rejects only when the signal is aborted, and then only after the program is gone. */
export type Runner = (run: Run) => Promise<Outcome>;

export const runProgram: Runner = async ({ executable, args, cwd, env, signal, onLine }) => {
  signal.throwIfAborted();
  const child = spawn(executable, args, {
    ...{ cwd, env, windowsHide: true, detached: process.platform !== "win32" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const abort = (): void => {
    kill(child, "SIGKILL");
  };
  signal.addEventListener("abort", abort);
  const stdout: string[] = [];
  const output: string[] = [];
  const read = async (stream: NodeJS.ReadableStream, into: string[] | undefined): Promise<void> => {
    for await (const line of createInterface({ input: stream })) {
      into?.push(line);
      output.push(line);
      onLine?.(line);
    }
  };
  const reading = [read(child.stdout, stdout), read(child.stderr, undefined)];
  const failure = await new Promise<Error | undefined>((resolve) => {
    child.once("error", resolve);
    child.once("close", () => {
      resolve(undefined);
    });
  });
  if (failure) {
    output.push(failure.message);
  } else {
    await Promise.all(reading);
  }
  await ended(child);
  signal.removeEventListener("abort", abort);
  signal.throwIfAborted();
  return { status: failure ? null : child.exitCode, stdout: stdout.join("\n"), output: output.join("\n") };
};
