import * as vscode from "vscode";
import { failureOf, type Failure } from "./failure";
import type { Server } from "./server/server";

/** Says what went wrong, in a sentence, with the one button that helps. */
export class Failures {
  constructor(
    private readonly server: Server,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** From now on it is said when there is no server. */
  listen(): vscode.Disposable {
    const listening = this.server.onDidChangeState((state) => {
      if (state.kind === "failed") {
        void this.tell(failureOf(state.reason));
      }
    });
    return new vscode.Disposable(() => {
      listening.dispose();
    });
  }

  async tell({ text, button, way }: Failure): Promise<void> {
    if ((await vscode.window.showErrorMessage(text, button)) !== button) {
      return;
    }
    switch (way.does) {
      case "again":
        await this.server.restart();
        break;
      case "choosePython":
        await choosePython();
        break;
      case "showLog":
        this.log.show();
        break;
      case "openSetting":
        await openSetting(way.setting);
    }
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
