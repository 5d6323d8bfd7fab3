import * as vscode from "vscode";
import { failureOf } from "./failure";
import type { Server } from "./server/server";

/** Says what failed, in a sentence, with the one button that helps. */
export function reportFailures(server: Server, log: vscode.LogOutputChannel): vscode.Disposable {
  const listening = server.onDidChangeState((state) => {
    if (state.kind === "failed") {
      void report(state.reason, server, log);
    }
  });
  return new vscode.Disposable(() => {
    listening.dispose();
  });
}

async function report(reason: Error, server: Server, log: vscode.LogOutputChannel): Promise<void> {
  const { text, button, way } = failureOf(reason);
  if ((await vscode.window.showErrorMessage(text, button)) !== button) {
    return;
  }
  switch (way.does) {
    case "again":
      await server.restart();
      break;
    case "choosePython":
      await choosePython();
      break;
    case "showLog":
      log.show();
      break;
    case "openSetting":
      await openSetting(way.setting);
  }
}

async function openSetting(name: string): Promise<void> {
  // A remote machine's settings are on a page of their own.
  const page = vscode.env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
  await vscode.commands.executeCommand(`workbench.action.${page}`, { query: `@id:${name}` });
}

/** Setting the path starts the set-up anew. */
async function choosePython(): Promise<void> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Python 3.10 or later"),
    openLabel: vscode.l10n.t("Choose"),
  });
  if (chosen?.[0]) {
    const settings = vscode.workspace.getConfiguration("smysl");
    await settings.update("pythonPath", chosen[0].fsPath, vscode.ConfigurationTarget.Global);
  }
}
