import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import type { ServerEnvironment } from "./environment/environment";
import { Failures } from "./failures";
import { clientCommands } from "./methods";
import { Crashes } from "./server/crashes";
import { Server } from "./server/server";
import { openSession } from "./server/session";
import { serverCommands } from "./serverCommands";
import { serverEnvironment } from "./setup";
import { Ui } from "./ui";

let running: { readonly server: Server; readonly environment: ServerEnvironment } | undefined;

/** What other extensions and the tests get from `activate`. */
export interface Api {
  readonly server: Server;
}

export function activate(context: vscode.ExtensionContext): Api {
  const log = vscode.window.createOutputChannel("Smysl", { log: true });
  const environment = serverEnvironment(context, log);
  const server = new Server({
    log,
    crashes: new Crashes(),
    prepare: (signal) => environment.command(signal),
    open: (command, handlers, onClosed, signal) =>
      openSession(command, handlers, onClosed, signal, {
        log,
        initializationOptions: { clientCommands },
      }),
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  });
  running = { server, environment };
  const failures = new Failures(server, log);
  const ui = new Ui(server, context.workspaceState, failures, log);
  context.subscriptions.push(log, server, ui, failures.listen(), serverCommands(server, environment, log));
  void server.start();
  return { server };
}

/** Afterwards no process is left. */
export async function deactivate(): Promise<void> {
  await running?.server.stop();
  await running?.environment.release();
}
