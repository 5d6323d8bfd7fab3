import * as vscode from "vscode";

/** What decides which server is started. Both have machine scope: no workspace can set them. */
export interface ServerSettings {
  /** Empty: a Python is looked for. */
  readonly pythonPath: string;
  /** Empty: the private environment is used. */
  readonly serverCommand: readonly string[];
}

export function serverSettings(): ServerSettings {
  const settings = vscode.workspace.getConfiguration("smysl");
  const python: unknown = settings.get("pythonPath");
  const command: unknown = settings.get("serverCommand");
  return {
    pythonPath: typeof python === "string" ? python.trim() : "",
    serverCommand: Array.isArray(command) ? command.map(String).filter((part) => part !== "") : [],
  };
}
