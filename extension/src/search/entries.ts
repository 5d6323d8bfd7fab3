import * as vscode from "vscode";
import type { Hit } from "../protocol";
import type { Note } from "./notes";
import type { Answer } from "./answer";
import { keyOf, rowOf } from "./rows";

/** The lines of the search box. */
export type Entry = vscode.QuickPickItem &
  (
    | { readonly entry: "hit"; readonly hit: Hit; readonly key: string }
    | { readonly entry: "recent"; readonly query: string }
    | { readonly entry: "note"; readonly note: Note }
    | { readonly entry: "heading" }
  );

export interface EntryButton extends vscode.QuickInputButton {
  readonly does: "side" | "copyPath" | "similar" | "forget";
}

function button(does: EntryButton["does"], icon: string, tooltip: string): EntryButton {
  return { does, iconPath: new vscode.ThemeIcon(icon), tooltip };
}

export interface EntriesOptions {
  /** Let VS Code narrow the list by what is typed: for similar code, where the answer does not depend on it. */
  readonly narrow: boolean;
  /** The name of the workspace folder of a file, where more than one is open. */
  readonly folderOf: (uri: string) => string | undefined;
}

export function entriesOfAnswer(answer: Answer, notes: readonly Note[], options: EntriesOptions): readonly Entry[] {
  const buttons = [
    button("similar", "references", vscode.l10n.t("Find similar code")),
    button("copyPath", "copy", vscode.l10n.t("Copy path and line")),
    button("side", "split-horizontal", vscode.l10n.t("Open to the side (Ctrl+\\)")),
  ];
  const hits = answer.hits.map((hit): Entry => {
    const row = rowOf(hit, { folder: options.folderOf(hit.uri), similarity: options.narrow });
    return {
      entry: "hit",
      hit,
      key: keyOf(hit),
      label: row.label,
      description: row.description,
      detail: row.detail,
      iconPath: new vscode.ThemeIcon(row.icon),
      buttons,
      // What was found by meaning need not have a word of the query: VS Code must not hide it.
      alwaysShow: !options.narrow,
    };
  });
  return [...hits, ...notes.map(entryOfNote)];
}

export function entriesOfRecent(queries: readonly string[]): readonly Entry[] {
  const buttons = [button("forget", "close", vscode.l10n.t("Remove from the list"))];
  const rows = queries.map((query): Entry => ({
    entry: "recent",
    query,
    label: query,
    iconPath: new vscode.ThemeIcon("history"),
    buttons,
    alwaysShow: true,
  }));
  return rows.length > 0 ? [headingEntry(vscode.l10n.t("recent")), ...rows] : [];
}

export function entryOfNote(note: Note): Entry {
  return {
    entry: "note",
    note,
    label: note.label,
    detail: note.detail,
    iconPath: new vscode.ThemeIcon(note.icon),
    alwaysShow: true,
  };
}

function headingEntry(label: string): Entry {
  return { entry: "heading", label, kind: vscode.QuickPickItemKind.Separator };
}
