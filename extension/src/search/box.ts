import * as vscode from "vscode";
import { cancelledCodes } from "../methods";
import { openAt } from "../places";
import type { Hit, SimilarParams, State, Status } from "../protocol";
import type { Disposable } from "../server/server";
import { headingOf, type Answer, type Question } from "./answer";
import { ask } from "./asking";
import { titleButtons, type TitleButton } from "./buttons";
import { entriesOfAnswer, entriesOfRecent, entryOfNote, type Entry, type EntryButton } from "./entries";
import { kept, nextKind, noToggles, type Toggles } from "./filters";
import { activeFolder, rootOf } from "./folders";
import { Latest } from "./latest";
import { noteOnError, noteOnServer, notesOnAnswer, titleOf, type Note } from "./notes";
import type { BoxParts } from "./parts";
import { Preview } from "./preview";
import { placeOf } from "./rows";

/** States of the index in which a search can find something. */
const FINDS: readonly State[] = ["indexing", "ready", "degraded"];

/** Milliseconds after the list went away in which a click into the editor may still be told of. */
const CLICK_MS = 60;

/**
 * The search box: a quick-pick that asks while one types and shows the highlighted place in the editor.
 * One at a time; it disposes of itself when it closes.
 */
export class SearchBox {
  private readonly pick = vscode.window.createQuickPick<Entry>();
  private readonly preview = new Preview();
  private readonly latest: Latest<Question, Answer>;
  private readonly folder = activeFolder();
  private readonly subscriptions: readonly Disposable[];
  private toggles: Toggles;
  /** The code that others are compared with; undefined while a query is asked. */
  private similar: { readonly params: SimilarParams; readonly label: string; readonly query: string } | undefined;
  private asked: string | undefined;
  /** The status that an answer was asked for again at. */
  private askedAt: Status | undefined;
  private shown: { readonly question: Question; readonly answer: Answer; readonly partial: boolean } | undefined;
  /** The key of the entry that was highlighted by us; another one is the person's choice. */
  private highlighted: string | undefined;
  private browsing = false;
  /** What was asked for before the answer came is done when it is there. */
  private whenAnswered: "openFirst" | "showAll" | undefined;
  private accepted = false;
  private clicked = false;

  constructor(
    private readonly parts: BoxParts,
    private readonly closed: () => void,
  ) {
    this.toggles = parts.toggles.load();
    this.latest = new Latest((question, signal, onPartial) => ask(parts.requests, question, signal, onPartial), {
      onBusy: (busy) => (this.pick.busy = busy),
      onAnswer: (question, answer, partial) => {
        this.show(question, answer, partial);
      },
      onError: (question, error) => {
        this.fail(question, error);
      },
    });
    // The order is the server's. The property is not in the published interface, but every version has it.
    (this.pick as { sortByLabel?: boolean }).sortByLabel = false;
    this.pick.keepScrollPosition = true;
    this.subscriptions = [
      this.pick,
      this.preview,
      this.pick.onDidChangeValue((value) => {
        // A value that we set ourselves is told of as well, and has been asked already.
        if (value !== this.asked) {
          this.ask();
        }
      }),
      this.pick.onDidChangeActive(([active]) => void this.highlight(active)),
      this.pick.onDidAccept(() => void this.accept(this.pick.activeItems[0])),
      this.pick.onDidTriggerButton((button) => {
        this.press(button as TitleButton);
      }),
      this.pick.onDidTriggerItemButton(({ item, button }) => void this.pressOn(item, button as EntryButton)),
      this.pick.onDidHide(() => void this.hide()),
      vscode.window.onDidChangeTextEditorSelection(({ kind }) => {
        this.clicked ||= kind === vscode.TextEditorSelectionChangeKind.Mouse;
      }),
      parts.onDidChangeServerState(() => {
        this.tellOfServer();
      }),
    ];
  }

  /** Open the box for a query, which may be given. */
  search(query = ""): void {
    this.pick.value = query;
    this.dress();
    this.ask();
    this.pick.show();
    void vscode.commands.executeCommand("setContext", "smysl.searchOpen", true);
  }

  /** Open the box with the code that resembles some other. */
  compare(params: SimilarParams, label: string): void {
    this.similar = { params, label, query: "" };
    this.dress();
    this.ask();
    this.pick.show();
    void vscode.commands.executeCommand("setContext", "smysl.searchOpen", true);
  }

  /** The index has changed its state: an answer that was given from less is asked for again. */
  statusChanged(): void {
    const status = this.parts.status();
    if (!status || status === this.askedAt || !this.shown || this.shown.partial || this.browsing || this.pick.busy) {
      return;
    }
    const { answer } = this.shown;
    const better = answer.state !== null && answer.state !== status.state && FINDS.includes(status.state);
    if (better || (answer.hits.length === 0 && status.state === "indexing")) {
      this.askedAt = status;
      this.latest.ask(this.question);
    }
  }

  /** The highlighted hit, beside the editor that is open. */
  async openToSide(): Promise<void> {
    const [active] = this.pick.activeItems;
    if (active?.entry === "hit") {
      await this.open(active.hit, vscode.ViewColumn.Beside);
    }
  }

  showAll(): void {
    if (this.isBehind()) {
      this.whenAnswered = "showAll";
    } else if (this.shown && this.shown.answer.hits.length > 0) {
      this.remember();
      this.parts.showAll(this.shown.question, this.shown.answer);
      this.pick.hide();
    }
  }

  private get question(): Question {
    return this.similar
      ? { about: "code", params: this.similar.params, label: this.similar.label, toggles: this.toggles }
      : { about: "query", query: this.pick.value, toggles: this.toggles };
  }

  /** The value or a toggle has changed. */
  private ask(delayed = true): void {
    this.asked = this.pick.value;
    this.whenAnswered = undefined;
    this.browsing = false;
    if (this.similar) {
      // What is typed narrows the list; the question stays.
      if (this.shown?.question.toggles !== this.toggles || this.shown.question.about !== "code") {
        this.latest.askNow(this.question);
      }
      return;
    }
    if (this.pick.value.trim() === "") {
      this.latest.cancel();
      this.shown = undefined;
      this.dress();
      this.setEntries(entriesOfRecent(this.parts.recent.all()));
    } else {
      if (!this.shown) {
        // The recent queries are no answer to what is typed now.
        this.setEntries([]);
      }
      if (delayed) {
        this.latest.ask(this.question);
      } else {
        this.latest.askNow(this.question);
      }
    }
    this.tellOfServer();
  }

  private show(question: Question, answer: Answer, partial: boolean): void {
    const otherNotices = answer.notices.join() !== (this.shown?.answer.notices.join() ?? "");
    this.shown = { question, answer, partial };
    const notes = partial ? [] : notesOnAnswer(question, answer, this.parts.status());
    const narrow = question.about === "code";
    if (this.similar && answer.name !== null) {
      this.similar = { ...this.similar, label: answer.name };
    }
    if (otherNotices) {
      this.dress();
    } else {
      this.entitle();
    }
    this.setEntries(entriesOfAnswer(answer, notes, { narrow, folderOf: rootOf }));
    this.statusChanged();
    const [first] = answer.hits;
    if (this.whenAnswered === "openFirst" && !partial && first) {
      void this.open(first);
    } else if (this.whenAnswered === "showAll" && !partial) {
      this.showAll();
    }
  }

  private fail(question: Question, error: unknown): void {
    const code: unknown = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    if (typeof code === "number" && cancelledCodes.includes(code)) {
      return;
    }
    this.shown = undefined;
    this.parts.log.error(`${headingOf(question)}: ${error instanceof Error ? error.message : String(error)}`);
    this.setEntries([entryOfNote(noteOnServer(this.parts.serverState()) ?? noteOnError(error))]);
  }

  private tellOfServer(): void {
    const note = noteOnServer(this.parts.serverState());
    if (note && !this.shown) {
      this.setEntries([entryOfNote(note), ...(this.pick.value === "" ? entriesOfRecent(this.parts.recent.all()) : [])]);
    }
  }

  /** The highlight stays on what the person chose, as long as that is still there. */
  private setEntries(entries: readonly Entry[]): void {
    const [before] = this.pick.activeItems;
    const key = this.browsing && before?.entry === "hit" ? before.key : undefined;
    const same = entries.find((entry) => entry.entry === "hit" && entry.key === key);
    const active = same ?? entries.find((entry) => entry.entry !== "heading");
    this.browsing = same !== undefined;
    this.highlighted = active?.entry === "hit" ? active.key : undefined;
    this.pick.items = entries;
    if (active && active.entry !== "note") {
      this.pick.activeItems = [active];
    }
  }

  private async highlight(active: Entry | undefined): Promise<void> {
    if (active?.entry !== "hit" || (!this.browsing && active.key === this.highlighted)) {
      return;
    }
    this.browsing = true;
    try {
      await this.preview.show(active.hit);
    } catch (error) {
      this.parts.log.error(`${placeOf(active.hit)}: ${String(error)}`);
    }
  }

  private async accept(active: Entry | undefined): Promise<void> {
    if (active?.entry === "recent") {
      this.pick.value = active.query;
      this.ask(false);
    } else if (!this.browsing && this.isBehind()) {
      this.whenAnswered = "openFirst";
    } else if (active?.entry === "hit") {
      await this.open(active.hit);
    } else if (active?.entry === "note") {
      this.act(active.note);
    }
  }

  /** Whether the list answers something else than what is asked now, and the answer is on its way. */
  private isBehind(): boolean {
    const asked = this.shown?.question;
    const same = asked?.about === "code" || asked?.query.trim() === this.pick.value.trim();
    return this.pick.busy && !(asked && same);
  }

  private async open(hit: Hit, column?: vscode.ViewColumn): Promise<void> {
    this.accepted = true;
    this.remember();
    if (column !== undefined) {
      await this.preview.restore();
    }
    this.pick.hide();
    await openAt(vscode.Uri.parse(hit.uri), hit.selectionRange.start, {
      preview: false,
      ...(column !== undefined && { viewColumn: column }),
    });
  }

  private act(note: Note): void {
    if (note.action === "clearFilters") {
      this.setToggles(noToggles);
    } else if (note.action !== null) {
      this.parts.act(note.action);
    }
  }

  private press(button: TitleButton): void {
    switch (button.does) {
      case "notices":
        this.parts.act("showActions");
        break;
      case "back":
        this.pick.value = this.similar?.query ?? "";
        this.similar = undefined;
        this.shown = undefined;
        this.dress();
        this.ask(false);
        break;
      case "folder":
        this.setToggles({ ...this.toggles, folder: this.toggles.folder ? null : (this.folder ?? null) });
        break;
      case "kind":
        this.setToggles({ ...this.toggles, kind: nextKind(this.toggles.kind) });
        break;
      case "tests":
        this.setToggles({ ...this.toggles, noTests: !this.toggles.noTests });
        break;
      case "showAll":
        this.showAll();
        break;
    }
  }

  private async pressOn(item: Entry, button: EntryButton): Promise<void> {
    if (item.entry === "recent") {
      await this.parts.recent.remove(item.query);
      this.setEntries(entriesOfRecent(this.parts.recent.all()));
    } else if (item.entry === "hit") {
      switch (button.does) {
        case "side":
          await this.open(item.hit, vscode.ViewColumn.Beside);
          break;
        case "copyPath":
          await vscode.env.clipboard.writeText(placeOf(item.hit));
          vscode.window.setStatusBarMessage(vscode.l10n.t("Copied: {0}", placeOf(item.hit)), 3_000);
          break;
        case "similar":
          this.compareWith(item.hit);
          break;
        case "forget":
          break;
      }
    }
  }

  private compareWith(hit: Hit): void {
    this.remember();
    const query = this.similar?.query ?? this.pick.value;
    this.similar = { params: { uri: hit.uri, position: hit.selectionRange.start }, label: hit.name, query };
    this.shown = undefined;
    this.pick.value = "";
    this.dress();
    this.ask();
  }

  private setToggles(toggles: Toggles): void {
    this.toggles = toggles;
    this.parts.toggles.save(kept(toggles));
    this.dress();
    this.ask(false);
  }

  private entitle(): void {
    this.pick.title = titleOf(this.similar?.label, this.toggles, this.shown);
  }

  /** Title, placeholder and buttons say what is asked and where. */
  private dress(): void {
    this.entitle();
    this.pick.placeholder = this.similar
      ? vscode.l10n.t("Type to narrow the list")
      : vscode.l10n.t("What does the code do? For example: check that the token has not expired");
    this.pick.matchOnDescription = this.similar !== undefined;
    this.pick.buttons = titleButtons(this.toggles, {
      folder: this.folder?.label,
      withBack: this.similar !== undefined && this.similar.query !== "",
      notices: this.parts.status()?.state === "ready" ? [] : (this.shown?.answer.notices ?? []),
    });
  }

  private remember(): void {
    if (!this.similar) {
      void this.parts.recent.add(this.pick.value);
    }
  }

  private async hide(): Promise<void> {
    this.latest.cancel();
    this.closed();
    void vscode.commands.executeCommand("setContext", "smysl.searchOpen", false);
    if (this.preview.shown !== undefined) {
      this.remember();
    }
    if (!this.accepted) {
      await new Promise((resolve) => setTimeout(resolve, CLICK_MS));
    }
    // A click into the editor closes the list as well: who clicks there wants to stay there.
    await (this.accepted || this.clicked ? this.preview.keep() : this.preview.restore());
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }
}
