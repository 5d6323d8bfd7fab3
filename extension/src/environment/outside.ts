import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, relative } from "node:path";

/** Keeps what lies in the workspace from being executed: another person may have written it. */

/** Whether the path is the folder or lies within it. Both absolute, links resolved. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!isAbsolute(way) && way !== ".." && !/^\.\.[\\/]/.test(way));
}

/**
 * The path of a program as it may be executed, or undefined.
 * A link that lies in the workspace is followed: a virtual environment's `python` leads to the Python it was made from.
 */
export function outside(path: string, folders: readonly string[]): string | undefined {
  const real = resolved(path);
  if (real === undefined || folders.some((folder) => isInside(folder, real))) {
    return undefined;
  }
  return folders.some((folder) => isInside(folder, path)) ? real : path;
}

/** The folders as they are compared: links resolved, those that do not exist left out. */
export function resolvedFolders(folders: readonly string[]): string[] {
  return folders.flatMap((folder) => resolved(folder) ?? []).concat(folders);
}

/** The variables for a program of ours: no Python of another place, no search path into the workspace. */
export function safeVariables(env: NodeJS.ProcessEnv, folders: readonly string[]): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(PYTHON.*|VIRTUAL_ENV|__PYVENV_LAUNCHER__)$/i.test(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      name.toUpperCase() === "PATH" ? searchPath(value, folders).join(delimiter) : value,
    ]),
  );
}

/** The folders of a search path that are absolute and not in the workspace. */
export function searchPath(path: string | undefined, folders: readonly string[]): string[] {
  return (path ?? "")
    .split(delimiter)
    .filter((entry) => isAbsolute(entry) && !folders.some((folder) => isInside(folder, resolved(entry) ?? entry)));
}

/** The first program of this name on the search path that may be executed; nothing of the workspace is. */
export function which(
  name: string,
  env: NodeJS.ProcessEnv,
  folders: readonly string[],
  also: readonly string[] = [],
): string | undefined {
  // Files of the command line (.cmd, .bat) cannot be started without it, and it would need quoting of its own.
  const endings = process.platform === "win32" ? [".exe", ""] : [""];
  return [...searchPath(env["PATH"] ?? env["Path"], folders), ...also]
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .filter(isExecutable)
    .map((path) => outside(path, folders))
    .find((path) => path !== undefined);
}

/**
 * The program that the person names in a setting of the machine, or undefined if it is not there.
 * A whole path is their own word, wherever it leads; a bare name is looked up with the workspace left out.
 */
export function named(
  name: string,
  env: NodeJS.ProcessEnv,
  home: string,
  folders: readonly string[],
): string | undefined {
  const path = name.startsWith("~") ? join(home, name.slice(1)) : name;
  return isAbsolute(path) ? [path].find(isExecutable) : which(path, env, folders);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function resolved(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
