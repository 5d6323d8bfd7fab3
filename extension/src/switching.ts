import * as vscode from "vscode";

/**
 * Switch Smysl on or off in the workspace.
 * Switched on is the default: a workspace needs no setting of its own for it, unless the person's own says no.
 */
export async function setEnabled(enabled: boolean): Promise<void> {
  const settings = vscode.workspace.getConfiguration("smysl");
  const value = enabled && settings.inspect("enable")?.globalValue !== false ? undefined : enabled;
  await settings.update("enable", value, vscode.ConfigurationTarget.Workspace);
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length > 1) {
    // What a folder says of itself would go before what the workspace says.
    for (const { uri } of folders) {
      const own = vscode.workspace.getConfiguration("smysl", uri);
      if ((own.inspect("enable")?.workspaceFolderValue ?? enabled) !== enabled) {
        await own.update("enable", undefined, vscode.ConfigurationTarget.WorkspaceFolder);
      }
    }
  }
}
