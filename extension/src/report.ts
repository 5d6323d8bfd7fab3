import { posix } from "node:path";
import * as vscode from "vscode";
import type { ShowDocumentParams } from "vscode-languageclient";

/**
 * Whether a document that is to be shown outside lies where no browser of the person reaches it: on another machine.
 * The report of a comparison is such a page.
 */
export function isOutOfReach({ uri, external }: ShowDocumentParams): boolean {
  return external === true && uri.startsWith("file:") && vscode.env.remoteName !== undefined;
}

/** Shows the report inside VS Code. It loads and runs nothing. */
export async function showReport(uri: vscode.Uri): Promise<void> {
  const html = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const title = vscode.l10n.t("Comparison of models: {0}", posix.basename(uri.path, ".html"));
  vscode.window.createWebviewPanel("smysl.report", title, vscode.ViewColumn.Active, {}).webview.html = html;
}
