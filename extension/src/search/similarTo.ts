import * as vscode from "vscode";
import type { Position, SimilarParams } from "../protocol";

/** What Find Similar Code is about: the selection, or the function at the cursor. */
export interface SimilarQuestion {
  readonly params: SimilarParams;
  /** What it is called until the server names it. */
  readonly label: string;
}

/** From the editor; undefined where none is open. */
export function similarToEditor(editor: vscode.TextEditor | undefined): SimilarQuestion | undefined {
  if (!editor) {
    return undefined;
  }
  const { document, selection } = editor;
  const uri = document.uri.toString();
  if (document.uri.scheme !== "file") {
    // The server knows only files: of anything else it is sent the text.
    const text = document.getText(selection.isEmpty ? undefined : selection);
    return { params: { text }, label: vscode.l10n.t("the selection") };
  }
  if (!selection.isEmpty) {
    const { start, end } = selection;
    const range = { start: plain(start), end: plain(end) };
    return { params: { uri, range }, label: vscode.l10n.t("the selection") };
  }
  return similarToPosition(uri, plain(selection.active), document);
}

/** From a hover, a code lens or a line of a list. */
export function similarToPosition(uri: string, position: Position, document?: vscode.TextDocument): SimilarQuestion {
  const word = document?.getWordRangeAtPosition(new vscode.Position(position.line, position.character));
  const label = word && document ? document.getText(word) : vscode.l10n.t("the function here");
  return { params: { uri, position }, label };
}

function plain({ line, character }: vscode.Position): Position {
  return { line, character };
}
