import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../server/server";
import {
  isApplesStub,
  programNames,
  QUESTION,
  readAnswer,
  readLauncher,
  usualFolders,
  type Interpreter,
} from "./interpreter";
import { named, outside, searchPath, which } from "./outside";
import type { Runner } from "./runner";
import { SetUpError } from "./trouble";

export interface Search {
  /** `smysl.pythonPath`; empty: look for one. */
  readonly setting: string;
  /** The interpreter chosen in the Python extension, or undefined. */
  active(): Promise<string | undefined>;
  /** The folders of the workspace, links resolved. Nothing in them is executed. */
  readonly folders: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** A folder outside the workspace. */
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  /** uv makes environments for every Python; without it `venv` has to be there. */
  readonly hasUv: boolean;
  readonly run: Runner;
  readonly log: Log;
}

/** A Python that hangs is no Python. */
const ANSWER_WITHIN_MS = 15_000;

/**
 * The first Python, in the order setting, Python extension, search path, usual places, that will do.
 * Throws SetUpError: `python-unusable` for the setting's own, `venv-missing` or `python-missing`.
 */
export async function findPython(search: Search, signal: AbortSignal): Promise<Interpreter> {
  const refused: string[] = [];
  let bare: Interpreter | undefined;
  for await (const path of candidates(search, signal)) {
    const found = await ask(path, search, signal);
    if (typeof found === "string") {
      refused.push(`${path}: ${found}`);
      search.log.info(`Not the Python ${path}: ${found}.`);
    } else if (found.makesEnvironments || search.hasUv) {
      search.log.info(`Python ${found.major}.${found.minor}: ${found.executable}`);
      return found;
    } else {
      bare ??= found;
      refused.push(`${path}: it has no venv`);
      search.log.info(`Not the Python ${path}: it has no venv.`);
    }
  }
  if (bare) {
    throw new SetUpError("venv-missing", `python${bare.major}.${bare.minor}-venv`);
  }
  throw search.setting === ""
    ? new SetUpError("python-missing", refused.join("; "))
    : new SetUpError("python-unusable", search.setting, { cause: refused.join("; ") });
}

async function* candidates(search: Search, signal: AbortSignal): AsyncGenerator<string> {
  const { setting, folders, env, home, platform } = search;
  if (setting !== "") {
    const python = named(setting, env, home, folders);
    if (python !== undefined) {
      yield python;
    }
    return;
  }
  const seen = new Set<string>();
  const places = [...searchPath(env["PATH"] ?? env["Path"], folders), ...usualFolders(platform, home)].flatMap(
    (folder) => programNames(platform).map((name) => join(folder, name)),
  );
  const active = await search.active();
  const launched = platform === "win32" ? await launcher(search, signal) : [];
  for (const path of [...(active === undefined ? [] : [active]), ...launched, ...places]) {
    const safe = existsSync(path) && !isApplesStub(path, platform) ? outside(path, folders) : undefined;
    if (safe !== undefined && !seen.has(safe)) {
      seen.add(safe);
      yield safe;
    }
  }
}

async function launcher(search: Search, signal: AbortSignal): Promise<string[]> {
  const py = which("py", search.env, search.folders);
  if (py === undefined) {
    return [];
  }
  const { cwd, env } = search;
  const { stdout } = await search.run({ executable: py, args: ["-0p"], cwd, env, signal });
  return readLauncher(stdout);
}

async function ask(path: string, search: Search, signal: AbortSignal): Promise<Interpreter | string> {
  const patience = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    const { status, stdout, output } = await search.run({
      executable: path,
      args: ["-I", "-S", "-c", QUESTION],
      cwd: search.cwd,
      env: search.env,
      signal: AbortSignal.any([signal, patience]),
    });
    return status === 0 ? readAnswer(stdout) : `it cannot be run (${output.trim().split("\n").at(-1) ?? ""})`;
  } catch (error) {
    signal.throwIfAborted();
    return patience.aborted ? "it does not answer" : String(error);
  }
}
