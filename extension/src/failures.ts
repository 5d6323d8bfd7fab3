import * as vscode from "vscode";
import { SetUpError } from "./environment/trouble";
import type { Server } from "./server/server";
import { ServerCrashed } from "./server/states";

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

interface Report {
  readonly text: string;
  readonly button: string;
  readonly act: () => unknown;
}

async function report(reason: Error, server: Server, log: vscode.LogOutputChannel): Promise<void> {
  const { text, button, act } = reportOf(reason, server, log);
  if ((await vscode.window.showErrorMessage(text, button)) === button) {
    await act();
  }
}

function reportOf(reason: Error, server: Server, log: vscode.LogOutputChannel): Report {
  const again = {
    button: vscode.l10n.t("Try Again"),
    act: () => server.restart(),
  };
  const showLog = {
    button: vscode.l10n.t("Show Log"),
    act: () => {
      log.show();
    },
  };
  if (reason instanceof ServerCrashed) {
    return { text: vscode.l10n.t("The server of Smysl ended four times in a row. The log says why."), ...showLog };
  }
  if (!(reason instanceof SetUpError)) {
    return { text: vscode.l10n.t("Smysl cannot start: {0}", reason.message), ...showLog };
  }
  switch (reason.trouble) {
    case "command-missing":
      return {
        text: vscode.l10n.t(
          "The setting “smysl.serverCommand” names “{0}”, which is not there or cannot be run.",
          reason.detail,
        ),
        ...openSetting("smysl.serverCommand"),
      };
    case "python-unusable":
      return {
        text: vscode.l10n.t(
          "The setting “smysl.pythonPath” names “{0}”, which is no Python 3.10 or later that can be used.",
          reason.detail,
        ),
        ...openSetting("smysl.pythonPath"),
      };
    case "python-missing":
      return {
        text: vscode.l10n.t(
          "Smysl needs Python 3.10 or later and found none. Install it (python.org) and restart the server, or choose one.",
        ),
        button: vscode.l10n.t("Choose Python…"),
        act: choosePython,
      };
    case "venv-missing":
      return {
        text: vscode.l10n.t(
          "The Python of this machine cannot make environments. Install what it lacks: sudo apt install {0}",
          reason.detail,
        ),
        ...again,
      };
    case "offline":
      return {
        text: vscode.l10n.t(
          "Smysl could not download its packages (about 60 MB, once). What has come is kept. Without a network, name a command of your own in the setting “smysl.serverCommand”.",
        ),
        ...again,
      };
    case "disk-full":
      return {
        text: vscode.l10n.t("The disk is full: Smysl needs about 400 MB for its environment."),
        ...again,
      };
    case "cancelled":
      return {
        text: vscode.l10n.t("Smysl is not set up yet, so there is no search. What has been downloaded is kept."),
        button: vscode.l10n.t("Go On"),
        act: again.act,
      };
    case "not-installed":
      return { text: vscode.l10n.t("Smysl could not be set up: {0}", reason.detail), ...showLog };
  }
}

function openSetting(name: string): Pick<Report, "button" | "act"> {
  return {
    button: vscode.l10n.t("Open Setting"),
    act: () => {
      // A remote machine's settings are on a page of their own.
      const page = vscode.env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
      return vscode.commands.executeCommand(`workbench.action.${page}`, { query: `@id:${name}` });
    },
  };
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
