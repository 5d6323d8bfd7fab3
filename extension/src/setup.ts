import { homedir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { ServerEnvironment, type Work } from "./environment/environment";
import { Layout } from "./environment/layout";
import type { Step } from "./environment/installer";
import { runProgram } from "./environment/runner";
import { SetUpError } from "./environment/trouble";
import { serverSettings } from "./settings";

/** The environment of the server as this VS Code has it. */
export function serverEnvironment(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): ServerEnvironment {
  const packed = (name: string): string => context.asAbsolutePath(`dist/server/${name}`);
  const { version } = context.extension.packageJSON as { version: string };
  return new ServerEnvironment({
    layout: new Layout(context.globalStorageUri.fsPath),
    wheel: packed(`smysl-${version}-py3-none-any.whl`),
    constraints: packed("requirements.txt"),
    settings: serverSettings,
    workspaceFolders: () => (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
    activeInterpreter: () => activeInterpreter(log),
    show: showProgress,
    env: process.env,
    home: homedir(),
    platform: process.platform,
    run: runProgram,
    log,
  });
}

/** A notification with what is being done and a button that calls it off. */
async function showProgress<T>(work: Work<T>, outer: AbortSignal): Promise<T> {
  const cancelling = new AbortController();
  const options: vscode.ProgressOptions = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t("Smysl is being set up, once"),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    token.onCancellationRequested(() => {
      cancelling.abort();
    });
    let downloads = 0;
    try {
      return await work(AbortSignal.any([outer, cancelling.signal]), (step) => {
        downloads += step.kind === "downloading" ? 1 : 0;
        progress.report({ message: describe(step, downloads) });
      });
    } catch (error) {
      throw cancelling.signal.aborted ? new SetUpError("cancelled", "", { cause: error }) : error;
    }
  });
}

function describe(step: Step, downloads: number): string {
  switch (step.kind) {
    case "waiting":
      return vscode.l10n.t("another window is at it…");
    case "looking":
      return vscode.l10n.t("looking for Python…");
    case "making":
      return vscode.l10n.t("making a private environment…");
    case "downloading":
      return step.size === ""
        ? vscode.l10n.t("downloading {0}, package {1}…", step.name, downloads)
        : vscode.l10n.t("downloading {0} ({1}), package {2}…", step.name, step.size, downloads);
    case "unpacking":
      return vscode.l10n.t("installing what was downloaded…");
    case "checking":
      return vscode.l10n.t("a last look…");
  }
}

/** What the Python extension offers to others, as far as it is needed (https://aka.ms/pythonEnvironmentApi). */
interface PythonExtension {
  readonly environments?: {
    getActiveEnvironmentPath(): { readonly path: string };
    resolveEnvironment(path: {
      readonly path: string;
    }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
  };
}

/** The interpreter chosen in the Python extension; undefined without that extension or when it does not answer. */
async function activeInterpreter(log: vscode.LogOutputChannel): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonExtension>("ms-python.python");
  if (!extension) {
    return undefined;
  }
  try {
    const asked = (async () => {
      const { environments } = await extension.activate();
      const chosen = environments?.getActiveEnvironmentPath();
      return chosen && (await environments?.resolveEnvironment(chosen))?.executable.uri?.fsPath;
    })();
    return await Promise.race([asked, sleep(5_000, undefined, { ref: false })]);
  } catch (error) {
    log.warn(`The Python extension could not be asked: ${String(error)}`);
    return undefined;
  }
}
