import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../server/server";
import type { Command } from "../server/states";
import { findPython } from "./finding";
import type { Step } from "./installer";
import {
  findReady,
  forgetUse,
  isUsed,
  keyOf,
  noteUse,
  pythonOf,
  readStamp,
  removeEnvironment,
  removeStamp,
  writeStamp,
  type Layout,
} from "./layout";
import { isAlive, takeLock } from "./lock";
import { makeEnvironment } from "./making";
import { named, resolvedFolders, safeVariables, which } from "./outside";
import type { Runner } from "./runner";
import { SetUpError } from "./trouble";

export interface EnvironmentParts {
  readonly layout: Layout;
  /** The wheel and the tested versions, as they come with the extension. */
  readonly wheel: string;
  readonly constraints: string;
  readonly settings: () => { readonly pythonPath: string; readonly serverCommand: readonly string[] };
  readonly workspaceFolders: () => readonly string[];
  /** The interpreter chosen in the Python extension, or undefined. */
  readonly activeInterpreter: () => Promise<string | undefined>;
  /** Shows a person how far the work is, and lets them call it off: then it rejects with `cancelled`. */
  readonly show: <T>(work: Work<T>, signal: AbortSignal) => Promise<T>;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly run: Runner;
  readonly log: Log;
}

export type Work<T> = (signal: AbortSignal, onStep: (step: Step) => void) => Promise<T>;

/**
 * The private environment of the server, made from the wheel inside the extension when it is first needed.
 * Nothing of the workspace is executed for it or in it.
 */
export class ServerEnvironment {
  private used: string | undefined;

  constructor(private readonly parts: EnvironmentParts) {}

  /** The command of the server, at once when its environment is there. Throws SetUpError. */
  async command(signal: AbortSignal): Promise<Command> {
    const { layout, log } = this.parts;
    await mkdir(layout.environments, { recursive: true });
    const own = this.parts.settings().serverCommand;
    if (own.length > 0) {
      return this.ownCommand(own);
    }
    const key = await keyOf(this.parts.wheel, this.parts.constraints);
    const setting = this.parts.settings().pythonPath;
    const ready = await findReady(layout, key, setting);
    const folder = ready ?? (await this.parts.show((inner, onStep) => this.make(key, inner, onStep), signal));
    await this.use(folder);
    void this.tidy(folder, signal).catch((error: unknown) => {
      log.warn(`Older environments could not be removed: ${String(error)}`);
    });
    const args = ["-I", "-X", "utf8", "-m", "smysl", "lsp"];
    return { executable: pythonOf(folder, this.parts.platform), args, ...this.surroundings() };
  }

  /** The next `command` makes the environment anew. Other windows go on with what they have. */
  async discard(): Promise<void> {
    for (const folder of await this.parts.layout.folders()) {
      await removeStamp(folder);
    }
  }

  /** This window runs no server any more. */
  async release(): Promise<void> {
    const folder = this.used;
    this.used = undefined;
    if (folder !== undefined) {
      await forgetUse(folder);
    }
  }

  private ownCommand([program = "", ...args]: readonly string[]): Command {
    const { cwd, env } = this.surroundings();
    const executable = named(program, env, this.parts.home, resolvedFolders(this.parts.workspaceFolders()));
    if (executable === undefined) {
      throw new SetUpError("command-missing", program);
    }
    return { executable, args, cwd, env };
  }

  /** Variables and a working directory that lead nowhere into the workspace. */
  private surroundings(): { cwd: string; env: NodeJS.ProcessEnv } {
    const folders = resolvedFolders(this.parts.workspaceFolders());
    return { cwd: this.parts.layout.root, env: safeVariables(this.parts.env, folders) };
  }

  private async make(key: string, signal: AbortSignal, onStep: (step: Step) => void): Promise<string> {
    const { layout, log } = this.parts;
    onStep({ kind: "looking" });
    const onWaiting = (): void => {
      log.info("Another window is setting up; this one waits for it.");
      onStep({ kind: "waiting" });
    };
    const giveBack = await takeLock(layout.lock, signal, { onWaiting });
    try {
      const setting = this.parts.settings().pythonPath;
      const byAnother = await findReady(layout, key, setting);
      if (byAnother !== undefined) {
        return byAnother;
      }
      const folder = layout.newFolder(key);
      const python = await this.makeIn(folder, setting, signal, onStep);
      await writeStamp(folder, { key, python, setting });
      log.info(`The environment is ready: ${folder}`);
      return folder;
    } finally {
      await giveBack();
    }
  }

  private async makeIn(
    folder: string,
    setting: string,
    signal: AbortSignal,
    onStep: (step: Step) => void,
  ): Promise<string> {
    const { home, platform, run, log, wheel, constraints } = this.parts;
    const { cwd, env } = this.surroundings();
    const folders = resolvedFolders(this.parts.workspaceFolders());
    const uv = which("uv", env, folders, [
      join(home, ".local", "bin"),
      join(home, ".cargo", "bin"),
      "/opt/homebrew/bin",
    ]);
    const active = this.parts.activeInterpreter;
    const search = { setting, active, folders, env, home, cwd, platform, hasUv: uv !== undefined, run, log };
    const interpreter = await findPython(search, signal).catch((error: unknown) => {
      if (uv !== undefined && error instanceof SetUpError && error.trouble === "python-missing") {
        return undefined;
      }
      throw error;
    });
    await this.remove(async (leftover) => (await readStamp(leftover)) === undefined);
    try {
      await makeEnvironment(
        { folder, interpreter, uv, wheel, constraints, cwd, env, platform, run, log, onStep },
        signal,
      );
    } catch (error) {
      await removeEnvironment(folder).catch(() => undefined);
      throw error;
    }
    return interpreter?.executable ?? "uv";
  }

  private async use(folder: string): Promise<void> {
    if (this.used !== undefined && this.used !== folder) {
      await this.release();
    }
    this.used = folder;
    await noteUse(folder);
  }

  /** Removes the environments of other versions, and what broken set-ups left. */
  private async tidy(current: string, signal: AbortSignal): Promise<void> {
    const { layout } = this.parts;
    if ((await layout.folders()).length > 1) {
      const giveBack = await takeLock(layout.lock, signal);
      try {
        await this.remove((folder) => folder !== current);
      } finally {
        await giveBack();
      }
    }
  }

  private async remove(unwanted: (folder: string) => boolean | Promise<boolean>): Promise<void> {
    for (const folder of await this.parts.layout.folders()) {
      if ((await unwanted(folder)) && !(await isUsed(folder, isAlive))) {
        this.parts.log.info(`Removing ${folder}`);
        await removeEnvironment(folder);
      }
    }
  }
}
