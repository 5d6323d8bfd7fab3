import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** How the lock looks at the world; tests shorten the waits. */
export interface LockTiming {
  /** The holder touches the file this often, and whoever waits looks at it this often. Milliseconds. */
  readonly beatMs: number;
  /** A holder who was not seen to touch the file in so many looks is gone. */
  readonly looks: number;
}

const TIMING: LockTiming = { beatMs: 1_000, looks: 20 };

interface Holder {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
}

/**
 * Take the lock file, waiting for whoever has it; the result gives it back.
 *
 * A holder is gone when its process is (on this machine), or when it does not touch the file while it is looked at
 * `looks` times. Looks are counted, not seconds: after the lid was closed both processes wake at once, and an hour of
 * the clock says nothing about the other. What cannot be read is given up likewise.
 *
 * Rejects when the signal is aborted. `onWaiting` is called once, before the first wait.
 */
export async function takeLock(
  path: string,
  signal: AbortSignal,
  { onWaiting, timing = TIMING }: { onWaiting?: () => void; timing?: LockTiming } = {},
): Promise<() => Promise<void>> {
  const mine: Holder = { id: randomUUID(), pid: process.pid, host: hostname() };
  let last = "";
  let unchanged = 0;
  for (let waits = 0; ; waits += 1) {
    signal.throwIfAborted();
    if (await create(path, mine)) {
      return holding(path, mine, timing.beatMs);
    }
    const seen = await look(path);
    if (seen === undefined) {
      continue; // Given back between the two looks.
    }
    unchanged = seen.state === last ? unchanged + 1 : 0;
    last = seen.state;
    if (isDead(seen.holder) || unchanged >= timing.looks) {
      await removeStale(path, seen.state);
      continue;
    }
    if (waits === 0) {
      onWaiting?.();
    }
    await sleep(timing.beatMs, undefined, { signal });
  }
}

/** Whether a process with this number runs on this machine. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there but belongs to someone else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function create(path: string, mine: Holder): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.writeFile(JSON.stringify(mine));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw error;
  }
}

function holding(path: string, mine: Holder, beatMs: number): () => Promise<void> {
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, beatMs);
  beat.unref();
  return async () => {
    clearInterval(beat);
    const seen = await look(path);
    if (seen?.holder?.id === mine.id) {
      await rm(path, { force: true });
    }
  };
}

async function look(path: string): Promise<{ holder: Holder | undefined; state: string } | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    return { holder: parse(text), state: `${text} ${mtimeMs}` };
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : { holder: undefined, state: code };
  }
}

function parse(text: string): Holder | undefined {
  try {
    const { id, pid, host } = JSON.parse(text) as Partial<Holder>;
    return typeof id === "string" && typeof pid === "number" && typeof host === "string"
      ? { id, pid, host }
      : undefined;
  } catch {
    return undefined; // Written half, a moment ago or by a process that died over it.
  }
}

function isDead(holder: Holder | undefined): boolean {
  return holder?.host === hostname() && holder.pid !== process.pid && !isAlive(holder.pid);
}

/**
 * Two may find the same lock stale. It is renamed, which only one of them can do, and looked at once more: if it was
 * another's new lock that was renamed, it is put back.
 */
async function removeStale(path: string, state: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const renamed = await look(aside);
  if (renamed && renamed.state !== state) {
    await rename(aside, path);
    return;
  }
  await rm(aside, { force: true, recursive: true });
}
