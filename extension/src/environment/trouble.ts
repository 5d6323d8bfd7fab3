/** What can stand in the way of a set-up; each has its own sentence and its own way out (see failures.ts). */
export type Trouble =
  /** `smysl.serverCommand` names a program that is not there. Detail: its name. */
  | "command-missing"
  /** `smysl.pythonPath` names nothing that can be used. Detail: its value. */
  | "python-unusable"
  /** There is no Python 3.10 or later. Detail: what was tried and why not. */
  | "python-missing"
  /** There is a Python, but its `venv` was left out, as Debian and Ubuntu do. Detail: the package to install. */
  | "venv-missing"
  /** A download failed or broke off. Detail: the last lines of the installer. */
  | "offline"
  | "disk-full"
  /** The person pressed “Cancel”. */
  | "cancelled"
  /** Anything else. Detail: the last lines of the installer. */
  | "not-installed";

export class SetUpError extends Error {
  override readonly name = "SetUpError";

  constructor(
    readonly trouble: Trouble,
    readonly detail = "",
    options?: ErrorOptions,
  ) {
    super(detail === "" ? trouble : `${trouble}: ${detail}`, options);
  }
}
