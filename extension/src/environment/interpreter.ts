/** What a Python says about itself, and whether it will do. Pure. */

export interface Interpreter {
  /** The Python itself, not the link or virtual environment through which it was found. */
  readonly executable: string;
  readonly major: number;
  readonly minor: number;
  /** Whether it has `venv` and `ensurepip`, which Debian and Ubuntu put into a package of their own. */
  readonly makesEnvironments: boolean;
}

/** Run with `-I -S -c`: nothing but the standard library is imported. `-S` keeps `.pth` files from being executed. */
export const QUESTION = [
  "import importlib.util as u, json, sys",
  'print(json.dumps([sys.implementation.name, sys.version_info[0], sys.version_info[1], getattr(sys, "_base_executable", "") or sys.executable, all(u.find_spec(n) for n in ("venv", "ensurepip"))]))',
].join("\n");

/** The interpreter, or the reason, in English and for the log, why it will not do. */
export function readAnswer(stdout: string): Interpreter | string {
  let answer: unknown;
  try {
    answer = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  } catch {
    return "it is not a Python";
  }
  if (!Array.isArray(answer)) {
    return "it is not a Python";
  }
  const [implementation, major, minor, executable, makesEnvironments] = answer as unknown[];
  if (typeof major !== "number" || typeof minor !== "number" || typeof executable !== "string" || executable === "") {
    return "it is not a Python";
  }
  if (implementation !== "cpython") {
    return `it is ${String(implementation)}; packages are built for CPython`;
  }
  if (major !== 3 || minor < 10) {
    return `it is Python ${major}.${minor}; 3.10 or later is needed`;
  }
  return { executable, major, minor, makesEnvironments: makesEnvironments === true };
}

/** The paths in the answer of the Windows launcher to `py -0p`, in its order: the newest first. */
export function readLauncher(stdout: string): string[] {
  return stdout
    .split(/\r?\n/)
    .map((line) => /^\s*-\S+\s+(?:\*\s+)?(\S.*\.exe)\s*$/i.exec(line)?.[1])
    .filter((path) => path !== undefined);
}

const MINORS = [14, 13, 12, 11, 10];

/** What a Python may be called, the usual name first. */
export function programNames(platform: NodeJS.Platform): string[] {
  return platform === "win32"
    ? ["python.exe", "python3.exe"]
    : ["python3", "python", ...MINORS.map((minor) => `python3.${minor}`)];
}

/** Where a Python often is although a program started from a desktop does not have it on its search path. */
export function usualFolders(platform: NodeJS.Platform, home: string): string[] {
  switch (platform) {
    case "win32":
      return [];
    case "darwin":
      return [
        "/opt/homebrew/bin",
        "/usr/local/bin",
        ...MINORS.map((minor) => `/Library/Frameworks/Python.framework/Versions/3.${minor}/bin`),
        `${home}/.local/bin`,
        `${home}/.pyenv/shims`,
      ];
    default:
      return [`${home}/.local/bin`, `${home}/.pyenv/shims`];
  }
}

/** The `python3` of macOS is none: without Apple's developer tools it opens a dialog, with them it is 3.9. */
export function isApplesStub(path: string, platform: NodeJS.Platform): boolean {
  return platform === "darwin" && path.startsWith("/usr/bin/");
}
