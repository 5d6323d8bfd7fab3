import { realpathSync } from "node:fs";
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

/** The first program of this name on the search path that may be executed. */
export function which(name: string, env: NodeJS.ProcessEnv, folders: readonly string[], also: readonly string[] = []) {
  // Files of the command line (.cmd, .bat) cannot be started without it, and it would need quoting of its own.
  const endings = process.platform === "win32" ? [".exe", ""] : [""];
  const paths = isAbsolute(name)
    ? [name]
    : [...searchPath(env["PATH"] ?? env["Path"], folders), ...also].map((folder) => join(folder, name));
  return paths
    .flatMap((path) => endings.map((ending) => path + ending))
    .map((path) => outside(path, folders))
    .find((path) => path !== undefined);
}

function resolved(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
