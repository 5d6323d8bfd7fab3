import { readdirSync, readFileSync } from "node:fs";

export interface Process {
  readonly pid: number;
  readonly command: string;
}

/** The processes that have this variable in their environment: those that a test started, however indirectly. */
export function processesWith(variable: string, value: string): Process[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`${variable}=${value}`)) {
          return [];
        }
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
        return command === "" ? [] : [{ pid: Number(pid), command }];
      } catch {
        return []; // It ended while it was looked at.
      }
    });
}
