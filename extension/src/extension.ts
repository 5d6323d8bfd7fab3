import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { Crashes } from "./server/crashes";
import { Server } from "./server/server";
import { openSession } from "./server/session";
import { serverSettings } from "./settings";

let server: Server | undefined;

/** What other extensions and the tests get from `activate`. */
export interface Api {
  readonly server: Server;
}

export function activate(context: vscode.ExtensionContext): Api {
  const log = vscode.window.createOutputChannel("Smysl", { log: true });
  server = new Server({
    log,
    crashes: new Crashes(),
    prepare: () => {
      const [executable = "smysl", ...args] = serverSettings().serverCommand;
      return Promise.resolve({ executable, args, cwd: context.globalStorageUri.fsPath, env: process.env });
    },
    open: (command, handlers, onClosed, signal) =>
      openSession(command, handlers, onClosed, signal, {
        log,
        initializationOptions: { trusted: vscode.workspace.isTrusted },
      }),
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  });
  context.subscriptions.push(log, server);
  void server.start();
  return { server };
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}
