import * as vscode from "vscode";
import type { ServerEnvironment } from "./environment/environment";
import type { Server } from "./server/server";

/** The commands that concern the server as a whole, and the settings that choose another one. */
export function serverCommands(
  server: Server,
  environment: ServerEnvironment,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand("smysl.restartServer", () => server.restart()),
    vscode.commands.registerCommand("smysl.setUpAgain", async () => {
      await server.stop();
      await environment.release();
      await environment.discard();
      await server.start();
    }),
    vscode.commands.registerCommand("smysl.showLog", () => {
      log.show();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("smysl.pythonPath") || change.affectsConfiguration("smysl.serverCommand")) {
        void server.restart();
      }
    }),
  );
}
