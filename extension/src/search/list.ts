import * as vscode from "vscode";
import type { Disposable } from "../server/server";
import type { Entry } from "./entries";
import { Preview } from "./preview";
import { placeOf } from "./rows";

/** Milliseconds after the list went away in which a click into the editor may still be told of. */
const CLICK_MS = 60;

/**
 * The lines of the search box and what is looked at: the highlight stays on what the person chose, and its place is
 * shown in the editor until the list is left.
 */
export class List implements Disposable {
  private readonly preview = new Preview();
  private readonly subscriptions: readonly Disposable[];
  /** The key of the entry that was highlighted by us; another one is the person's choice. */
  private highlighted: string | undefined;
  private chosen = false;
  private clicked = false;

  constructor(
    private readonly pick: vscode.QuickPick<Entry>,
    private readonly log: { error(message: string): void },
  ) {
    // The order is the server's. The property is not in the published interface, but every version has it.
    (pick as { sortByLabel?: boolean }).sortByLabel = false;
    pick.keepScrollPosition = true;
    this.subscriptions = [
      this.preview,
      pick.onDidChangeActive(([active]) => void this.look(active)),
      vscode.window.onDidChangeTextEditorSelection(({ kind }) => {
        this.clicked ||= kind === vscode.TextEditorSelectionChangeKind.Mouse;
      }),
    ];
  }

  /** The line that Enter would take. */
  get active(): Entry | undefined {
    return this.pick.activeItems[0];
  }

  /** Whether the person chose the line that is highlighted. */
  get browsing(): boolean {
    return this.chosen;
  }

  /** Whether a place was shown in the editor. */
  get looked(): boolean {
    return this.preview.shown !== undefined;
  }

  /** What is highlighted is the best answer again, not the person's choice. */
  startOver(): void {
    this.chosen = false;
  }

  /** The highlight stays on what the person chose, as long as that is still there. */
  set(entries: readonly Entry[]): void {
    const before = this.active;
    const key = this.chosen && before?.entry === "hit" ? before.key : undefined;
    const same = entries.find((entry) => entry.entry === "hit" && entry.key === key);
    const active = same ?? entries.find((entry) => entry.entry !== "heading");
    this.chosen = same !== undefined;
    this.highlighted = active?.entry === "hit" ? active.key : undefined;
    this.pick.items = entries;
    if (active && active.entry !== "note") {
      this.pick.activeItems = [active];
    }
  }

  /** Bring back what was in the editor while the list stays. */
  async giveBack(): Promise<void> {
    await this.preview.restore();
  }

  /** The list is gone. What was in the editor comes back, unless the person `accepted` or clicked into what is shown. */
  async leave(accepted: boolean): Promise<void> {
    if (!accepted && this.looked) {
      await new Promise((resolve) => setTimeout(resolve, CLICK_MS));
    }
    // A click into the editor closes the list as well: who clicks there wants to stay there.
    await (accepted || this.clicked ? this.preview.keep() : this.preview.restore());
  }

  dispose(): void {
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }

  private async look(active: Entry | undefined): Promise<void> {
    if (active?.entry !== "hit" || (!this.chosen && active.key === this.highlighted)) {
      return;
    }
    this.chosen = true;
    try {
      await this.preview.show(active.hit);
    } catch (error) {
      this.log.error(`${placeOf(active.hit)}: ${String(error)}`);
    }
  }
}
