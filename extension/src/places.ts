import * as vscode from "vscode";
import type { Position, Range } from "./protocol";

/** A place in the code, as the server gives it. */
export interface Place {
  readonly uri: string;
  readonly range: Range;
  readonly selectionRange: Range;
}

export function toPosition(position: Position): vscode.Position {
  return new vscode.Position(position.line, position.character);
}

export function toRange(range: Range): vscode.Range {
  return new vscode.Range(toPosition(range.start), toPosition(range.end));
}

/** Open the file with the cursor at the position. A file that is gone is told about, not thrown. */
export async function openAt(
  uri: vscode.Uri,
  position: Position,
  options: vscode.TextDocumentShowOptions = {},
): Promise<vscode.TextEditor | undefined> {
  const at = toPosition(position);
  try {
    return await vscode.window.showTextDocument(uri, { ...options, selection: new vscode.Range(at, at) });
  } catch (error) {
    const path = vscode.workspace.asRelativePath(uri);
    void vscode.window.showWarningMessage(
      vscode.l10n.t("{0} cannot be opened: {1}", path, error instanceof Error ? error.message : String(error)),
    );
    return undefined;
  }
}

export async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t("Copied: {0}", text), 3_000);
}
