import * as vscode from "vscode";
import type { Status } from "../protocol";
import { foldersOpen } from "../search/folders";
import type { ServerState } from "../server/states";
import { statusText } from "./texts";

type Action = vscode.QuickPickItem & { readonly command?: string };

/** What can be done about the state, in a list; what helps most comes first. */
export async function showActions(server: ServerState, status: Status | undefined): Promise<void> {
  const { text, detail } = statusText(server, status);
  const chosen = await vscode.window.showQuickPick<Action>(actionsFor(server, status), {
    title: text,
    placeHolder: detail,
  });
  if (chosen?.command !== undefined) {
    await vscode.commands.executeCommand(chosen.command);
  }
}

function actionsFor(server: ServerState, status: Status | undefined): Action[] {
  const action = (icon: string, label: string, command: string): Action => ({
    label: `$(${icon}) ${label}`,
    command,
  });
  const restart = action("debug-restart", vscode.l10n.t("Restart the server"), "smysl.restartServer");
  const log = action("output", vscode.l10n.t("Show the log"), "smysl.showLog");
  if (server.kind === "failed" || server.kind === "stopped") {
    return [
      restart,
      action("tools", vscode.l10n.t("Set up again"), "smysl.setUpAgain"),
      log,
      action("settings-gear", vscode.l10n.t("Settings"), "smysl.openSettings"),
    ];
  }
  const enabled = status?.state !== "off";
  const isEmpty = foldersOpen() === 0;
  const enable = isEmpty
    ? action("folder-opened", vscode.l10n.t("Open a folder"), "vscode.openFolder")
    : action("circle-large-filled", vscode.l10n.t("Switch on in this workspace"), "smysl.enableInWorkspace");
  const disable = action("circle-slash", vscode.l10n.t("Switch off in this workspace"), "smysl.disableInWorkspace");
  return [
    ...(enabled ? [action("search", vscode.l10n.t("Semantic Search"), "smysl.semanticSearch")] : [enable]),
    action("chip", vscode.l10n.t("Choose the embedding model"), "smysl.chooseModel"),
    action("graph", vscode.l10n.t("Compare models on this code"), "smysl.compareModels"),
    action("refresh", vscode.l10n.t("Bring the index up to date"), "smysl.updateIndex"),
    action("trash", vscode.l10n.t("Build the index anew"), "smysl.rebuildIndex"),
    log,
    restart,
    action("settings-gear", vscode.l10n.t("Settings"), "smysl.openSettings"),
    ...(enabled && !isEmpty ? [disable] : []),
  ];
}
