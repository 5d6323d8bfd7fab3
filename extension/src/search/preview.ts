import * as vscode from "vscode";
import { toRange, type Place } from "../places";

/** Where somebody was before the first preview. */
interface Origin {
  readonly column: vscode.ViewColumn;
  readonly editor: { readonly uri: vscode.Uri; readonly selections: readonly vscode.Selection[] } | undefined;
  readonly tab: { readonly label: string; readonly isPreview: boolean } | undefined;
  /** The file in the preview tab, whose place ours takes. */
  readonly previewed: vscode.Uri | undefined;
  readonly open: ReadonlySet<string>;
}

/** An editor that was open before, and what it showed. */
interface Borrowed {
  readonly editor: vscode.TextEditor;
  readonly visible: vscode.Range | undefined;
}

/**
 * Shows places in the editor while a list is open, and brings back what was there.
 * A preview never changes a selection, and gives back the scroll position of an editor that was open before.
 */
export class Preview implements vscode.Disposable {
  private readonly lit = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor("editor.rangeHighlightBackground"),
    isWholeLine: true,
  });
  private readonly origin = originNow();
  private readonly opened = new Set<string>();
  private borrowed: Borrowed | undefined;
  private editor: vscode.TextEditor | undefined;
  private wanted: Place | undefined;
  private work: Promise<void> = Promise.resolve();

  /** The document that is shown now, by its URI. */
  get shown(): string | undefined {
    return this.editor?.document.uri.toString();
  }

  /** Show the place; of several that come fast only the last is shown. */
  show(place: Place): Promise<void> {
    this.wanted = place;
    return this.queue(async () => {
      if (this.wanted === place) {
        await this.open(place);
      }
    });
  }

  /** Bring back the editor, the selection and the scroll position that were there. */
  restore(): Promise<void> {
    this.wanted = undefined;
    return this.queue(async () => {
      this.dim();
      this.giveBack();
      if (this.editor) {
        await this.reopen();
        await this.closeOpened();
      }
    });
  }

  /** What is shown stays; only the light goes out. */
  keep(): Promise<void> {
    this.wanted = undefined;
    return this.queue(() => {
      this.dim();
      return Promise.resolve();
    });
  }

  dispose(): void {
    this.lit.dispose();
  }

  private queue(job: () => Promise<void>): Promise<void> {
    this.work = this.work.then(job, job);
    return this.work;
  }

  private async open(place: Place): Promise<void> {
    if (!this.editor && this.origin.tab?.isPreview && !this.origin.editor) {
      // A diff or a notebook in a preview tab could not be opened again as it was: it gets a tab of its own.
      await vscode.commands.executeCommand("workbench.action.keepEditor");
    }
    this.dim();
    this.giveBack();
    const uri = vscode.Uri.parse(place.uri);
    const editor = await vscode.window.showTextDocument(uri, {
      viewColumn: this.origin.column,
      preserveFocus: true,
      preview: true,
    });
    this.editor = editor;
    if (this.origin.open.has(uri.toString())) {
      this.borrowed = { editor, visible: editor.visibleRanges[0] };
    } else {
      this.opened.add(uri.toString());
    }
    editor.setDecorations(this.lit, [toRange(place.range)]);
    editor.revealRange(toRange(place.selectionRange), vscode.TextEditorRevealType.InCenter);
  }

  private dim(): void {
    this.editor?.setDecorations(this.lit, []);
  }

  private giveBack(): void {
    if (this.borrowed?.visible) {
      this.borrowed.editor.revealRange(startOf(this.borrowed.visible), vscode.TextEditorRevealType.AtTop);
    }
    this.borrowed = undefined;
  }

  private async reopen(): Promise<void> {
    const { column, editor, tab, previewed } = this.origin;
    if (previewed && previewed.toString() !== editor?.uri.toString() && !tabOf(column, previewed)) {
      await vscode.window.showTextDocument(previewed, { viewColumn: column, preserveFocus: true, preview: true });
    }
    if (editor) {
      const active = vscode.window.activeTextEditor;
      const isThere = active?.viewColumn === column && active.document.uri.toString() === editor.uri.toString();
      const shown = isThere
        ? active
        : await vscode.window.showTextDocument(editor.uri, {
            viewColumn: column,
            // The editor loses the focus that VS Code gives it back when the list goes, for it changes what it shows.
            preserveFocus: false,
            preview: tab?.isPreview ?? false,
          });
      if (shown.selections.some((selection, index) => !editor.selections[index]?.isEqual(selection))) {
        shown.selections = editor.selections;
      }
    } else if (tab) {
      const index = groupOf(column)?.tabs.findIndex((other) => other.label === tab.label) ?? -1;
      if (index >= 0) {
        await vscode.commands.executeCommand("workbench.action.openEditorAtIndex", index);
      }
    }
  }

  private async closeOpened(): Promise<void> {
    const left = (groupOf(this.origin.column)?.tabs ?? []).filter((tab) => {
      const uri = uriOf(tab);
      return tab.isPreview && !tab.isDirty && uri !== undefined && this.opened.has(uri.toString());
    });
    await vscode.window.tabGroups.close(left, true);
  }
}

function originNow(): Origin {
  const group = vscode.window.tabGroups.activeTabGroup;
  const tab = group.activeTab;
  const active = vscode.window.activeTextEditor;
  // The active text editor of a diff or a notebook is only a part of its tab.
  const inTab = tab && active && uriOf(tab)?.toString() === active.document.uri.toString() ? active : undefined;
  const previewed = group.tabs.find((other) => other.isPreview);
  const uris = group.tabs.map(uriOf).filter((uri) => uri !== undefined);
  return {
    column: group.viewColumn,
    editor: inTab && { uri: inTab.document.uri, selections: inTab.selections },
    tab: tab && { label: tab.label, isPreview: tab.isPreview },
    previewed: previewed && uriOf(previewed),
    open: new Set(uris.map((uri) => uri.toString())),
  };
}

function groupOf(column: vscode.ViewColumn): vscode.TabGroup | undefined {
  return vscode.window.tabGroups.all.find((group) => group.viewColumn === column);
}

function tabOf(column: vscode.ViewColumn, uri: vscode.Uri): vscode.Tab | undefined {
  return groupOf(column)?.tabs.find((tab) => uriOf(tab)?.toString() === uri.toString());
}

function uriOf(tab: vscode.Tab): vscode.Uri | undefined {
  return tab.input instanceof vscode.TabInputText ? tab.input.uri : undefined;
}

function startOf(range: vscode.Range): vscode.Range {
  return new vscode.Range(range.start, range.start);
}
