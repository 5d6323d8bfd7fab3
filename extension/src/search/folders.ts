import * as vscode from "vscode";

/** A folder that a search can stay within. */
export interface Folder {
  readonly uri: string;
  readonly label: string;
}

/** The folder of the active file; undefined where none of the workspace is open. */
export function activeFolder(): Folder | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const root = uri && vscode.workspace.getWorkspaceFolder(uri);
  if (uri?.scheme !== "file" || !root) {
    return undefined;
  }
  const folder = vscode.Uri.joinPath(uri, "..");
  const label = root.uri.path === folder.path ? root.name : `${vscode.workspace.asRelativePath(folder)}/`;
  return { uri: folder.toString(), label };
}

/** How many folders the window has. */
export function foldersOpen(): number {
  return vscode.workspace.workspaceFolders?.length ?? 0;
}

/** The name of the workspace folder of a file, where more than one is open. */
export function rootOf(uri: string): string | undefined {
  return foldersOpen() > 1 ? vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(uri))?.name : undefined;
}
