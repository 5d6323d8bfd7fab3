import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Where environments are, in the extension's own storage:
 *
 *     environments/KEY-ATTEMPT/          one environment; KEY names what is installed in it
 *     environments/KEY-ATTEMPT/ready.json  written last, and removed first: without it the environment is not whole
 *     environments/KEY-ATTEMPT/users/      a file for each window that runs a server from it
 *     setup.lock                          held while one is made
 *
 * Each attempt has a folder of its own: a pip that outlived its window may still be writing into the last one.
 */
export class Layout {
  constructor(readonly root: string) {}

  get environments(): string {
    return join(this.root, "environments");
  }

  get lock(): string {
    return join(this.root, "setup.lock");
  }

  newFolder(key: string): string {
    return join(this.environments, `${key}-${randomBytes(3).toString("hex")}`);
  }

  async folders(): Promise<string[]> {
    try {
      return (await readdir(this.environments)).sort().map((name) => join(this.environments, name));
    } catch {
      return [];
    }
  }
}

/** What is written when an environment is whole. */
export interface Stamp {
  readonly key: string;
  /** The Python it was made from. */
  readonly python: string;
  /** `smysl.pythonPath` at that time. */
  readonly setting: string;
}

/** Names what would be installed: the wheel and the versions of what it needs. 12 hexadecimal digits. */
export async function keyOf(...files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 12);
}

/** The Python of an environment. */
export function pythonOf(folder: string, platform: NodeJS.Platform = process.platform): string {
  return platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
}

export async function readStamp(folder: string): Promise<Stamp | undefined> {
  try {
    const stamp = JSON.parse(await readFile(join(folder, "ready.json"), "utf8")) as Partial<Stamp>;
    const { key, python, setting } = stamp;
    return typeof key === "string" && typeof python === "string" && typeof setting === "string"
      ? { key, python, setting }
      : undefined;
  } catch {
    return undefined;
  }
}

/** All of it or nothing, whenever the machine stops. */
export async function writeStamp(folder: string, stamp: Stamp): Promise<void> {
  const file = join(folder, "ready.json");
  await writeFile(`${file}.new`, JSON.stringify(stamp));
  await rename(`${file}.new`, file);
}

/**
 * The whole environment with this key whose Python is still there, or undefined.
 * One made from another Python than the setting names does not count; an empty setting takes any.
 */
export async function findReady(layout: Layout, key: string, setting: string): Promise<string | undefined> {
  for (const folder of await layout.folders()) {
    const stamp = await readStamp(folder);
    if (stamp?.key === key && (setting === "" || stamp.setting === setting) && existsSync(pythonOf(folder))) {
      return folder;
    }
  }
  return undefined;
}

/** From now on the environment does not count as whole; servers that run from it go on. */
export async function removeStamp(folder: string): Promise<void> {
  await rm(join(folder, "ready.json"), { force: true });
}

/** The stamp goes first, so that what an interruption leaves is never taken for whole. */
export async function removeEnvironment(folder: string): Promise<void> {
  await removeStamp(folder);
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Says that this process runs a server from the environment, until `forgetUse`. */
export async function noteUse(folder: string, pid = process.pid): Promise<void> {
  await mkdir(join(folder, "users"), { recursive: true });
  await writeFile(join(folder, "users", String(pid)), "");
}

export async function forgetUse(folder: string, pid = process.pid): Promise<void> {
  await rm(join(folder, "users", String(pid)), { force: true });
}

/** Whether a process that is alive said so. */
export async function isUsed(folder: string, isAlive: (pid: number) => boolean): Promise<boolean> {
  try {
    return (await readdir(join(folder, "users"))).some((name) => isAlive(Number(name)));
  } catch {
    return false;
  }
}
