import { spawn, type ChildProcess } from "node:child_process";
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  ProgressType,
  type ConfigurationParams,
  type LanguageClientOptions,
  type WindowMiddleware,
} from "vscode-languageclient/node";
import { settingsThatAreSet } from "../configuration";
import { isOutOfReach, showReport } from "../report";
import { clientCommands } from "../methods";
import { end, ended, kill } from "../processes";
import type { NotificationHandlers, Session } from "./server";
import type { Command } from "./states";

/** Opens a language client on the server's standard streams. The process is ours, so that none is ever left. */
export async function openSession(
  command: Command,
  handlers: NotificationHandlers,
  onClosed: () => void,
  signal: AbortSignal,
  options: { readonly log: vscode.LogOutputChannel; readonly initializationOptions: unknown },
): Promise<Session> {
  const child = spawn(command.executable, command.args, {
    cwd: command.cwd,
    env: command.env,
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  await spawned(child);
  const clientOptions: LanguageClientOptions = {
    documentSelector: [{ scheme: "file", language: "python" }],
    outputChannel: options.log,
    initializationOptions: options.initializationOptions,
    markdown: { isTrusted: { enabledCommands: Object.values(clientCommands) }, supportHtml: false },
    middleware: { workspace: { configuration }, window: { showDocument } },
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        // What closed its streams but lives on is of no use to anyone.
        kill(child, "SIGKILL");
        onClosed();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  };
  const client = new QuietClient("smysl", "Smysl", () => Promise.resolve(child), clientOptions);
  for (const [method, handler] of handlers) {
    client.onNotification(method, handler);
  }
  const close = async (): Promise<void> => {
    try {
      await client.dispose();
    } catch (error) {
      options.log.info(`The server did not shut down in order: ${String(error)}`);
    }
    await end(child);
  };
  try {
    await Promise.race([client.start(), failure(child, signal)]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    request: async (method, params, token, progress) => {
      const listening = progress && client.onProgress(new ProgressType(), progress.token, progress.listener);
      try {
        return await (token
          ? client.sendRequest(method, params, token as vscode.CancellationToken)
          : client.sendRequest(method, params));
      } finally {
        listening?.dispose();
      }
    },
    notify: (method, params) => client.sendNotification(method, params),
    close,
  };
}

/** What goes wrong is told once, by failures.ts, in the person's language; the client only logs it. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Answers `workspace/configuration`: of our section only what is set, for the server knows the defaults. */
function configuration({ items }: ConfigurationParams): unknown[] {
  return items.map(({ scopeUri, section = "" }) => {
    const settings = vscode.workspace.getConfiguration(section, scopeUri ? vscode.Uri.parse(scopeUri) : undefined);
    return section === "smysl" ? settingsThatAreSet(settings) : settings;
  });
}

/** Answers `window/showDocument`: a page that lies on another machine than the person's browser is shown here. */
const showDocument: NonNullable<WindowMiddleware["showDocument"]> = async (params, token, next) => {
  if (!isOutOfReach(params)) {
    return next(params, token);
  }
  await showReport(vscode.Uri.parse(params.uri));
  return { success: true };
};

function spawned(child: ChildProcess): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    child.once("spawn", () => {
      resolve(child);
    });
    child.once("error", reject);
  });
}

/** A client whose server ends before it answers, or never answers, would wait for ever. */
async function failure(child: ChildProcess, signal: AbortSignal): Promise<never> {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
  await Promise.race([ended(child), aborted]);
  throw new Error(signal.aborted ? "The start was called off." : "The server ended before it was ready.");
}
