import * as vscode from "vscode";
import type { Model } from "../protocol";
import type { PullProgress, Requests } from "../requests";
import { modelText, partedModels } from "./texts";

/** A line of the list: a model, the choice to leave it to Smysl, or the name of another one. */
type Line = vscode.QuickPickItem & { readonly choice?: Model | "auto" | "other" };

/** Let the person choose what reads the code; what is not there is downloaded first. The old index answers meanwhile. */
export async function chooseModel(requests: Requests): Promise<void> {
  const choice = await pickModel(requests);
  switch (choice) {
    case undefined:
      return;
    case "auto":
      await useModel("auto");
      return;
    case "other": {
      const name = await vscode.window.showInputBox({
        title: vscode.l10n.t("Another Model"),
        prompt: vscode.l10n.t("The name of an embedding model as Ollama has it, for example nomic-embed-text-v2-moe"),
      });
      if (name?.trim()) {
        await pullAndUse(requests, name.trim());
      }
      return;
    }
    default:
      await (choice.installed ? useModel(choice.name) : pullAndUse(requests, choice.name));
  }
}

async function pickModel(requests: Requests): Promise<Line["choice"]> {
  const pick = vscode.window.createQuickPick<Line>();
  pick.title = vscode.l10n.t("Choose Embedding Model");
  pick.placeholder = vscode.l10n.t("What reads the code and the questions. Everything stays on your machine.");
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.busy = true;
  pick.show();
  const gone = new AbortController();
  try {
    const chosen = new Promise<Line | undefined>((resolve) => {
      pick.onDidAccept(() => {
        if (pick.activeItems[0]?.choice !== undefined) {
          resolve(pick.activeItems[0]);
        }
      });
      pick.onDidHide(() => {
        gone.abort();
        resolve(undefined);
      });
    });
    const { models, notices } = await requests.models(gone.signal);
    pick.items = [...notices.map(lineOfNotice), ...linesOf(models)];
    pick.busy = false;
    const current = pick.items.find(({ choice }) => typeof choice === "object" && choice.current);
    pick.activeItems = current ? [current] : [];
    return (await chosen)?.choice;
  } catch (error) {
    if (gone.signal.aborted) {
      return undefined;
    }
    throw error;
  } finally {
    pick.dispose();
  }
}

/** Why the list may lack something: an Ollama that does not answer. */
function lineOfNotice(notice: string): Line {
  return { label: `$(info) ${notice}`, alwaysShow: true };
}

function linesOf(models: readonly Model[]): Line[] {
  const { installed, others } = partedModels(models);
  const line = (model: Model): Line => ({ ...modelText(model), choice: model });
  const separator = (label: string): Line => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    separator(vscode.l10n.t("installed")),
    ...installed.map(line),
    {
      label: vscode.l10n.t("Automatic"),
      detail: vscode.l10n.t("The best installed model; without Ollama the built-in one."),
      choice: "auto",
    },
    ...(others.length > 0 ? [separator(vscode.l10n.t("can be downloaded")), ...others.map(line)] : []),
    separator(""),
    { label: vscode.l10n.t("Another model…"), choice: "other" },
  ];
}

async function pullAndUse(requests: Requests, name: string): Promise<void> {
  const done = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Downloading {0}", name),
      cancellable: true,
    },
    async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => {
        stop.abort();
      });
      try {
        await requests.pullModel(name, stop.signal, reporter(progress));
        return true;
      } catch (error) {
        if (!stop.signal.aborted) {
          throw error;
        }
        return false;
      }
    },
  );
  if (done) {
    await useModel(name);
  }
}

/** VS Code wants the share since the last report, the server tells the whole. */
export function reporter(
  progress: vscode.Progress<{ message?: string; increment?: number }>,
): (report: PullProgress) => void {
  let before = 0;
  return ({ message, percentage }) => {
    const increment = percentage === undefined ? 0 : Math.max(0, percentage - before);
    before = Math.max(before, percentage ?? before);
    progress.report({ increment, ...(message !== undefined && { message }) });
  };
}

/** Write the setting where it is set already: in folders and the workspace, else for the person. */
async function useModel(name: string): Promise<void> {
  const settings = vscode.workspace.getConfiguration("smysl");
  const inWorkspace = vscode.workspace.isTrusted && settings.inspect("model")?.workspaceValue !== undefined;
  await settings.update(
    "model",
    name,
    inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global,
  );
  const folders = vscode.workspace.workspaceFolders ?? [];
  for (const { uri } of vscode.workspace.isTrusted && folders.length > 1 ? folders : []) {
    const own = vscode.workspace.getConfiguration("smysl", uri);
    if (own.inspect("model")?.workspaceFolderValue !== undefined) {
      await own.update("model", name, vscode.ConfigurationTarget.WorkspaceFolder);
    }
  }
  vscode.window.setStatusBarMessage(vscode.l10n.t("Smysl: the model is now {0}", name), 5_000);
}
