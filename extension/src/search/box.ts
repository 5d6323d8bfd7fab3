import * as vscode from "vscode";
import { isCancelled, isConnectionLost } from "../methods";
import { copy, openAt } from "../places";
import type { Hit, Status } from "../protocol";
import type { Disposable } from "../server/server";
import { headingOf, isSame, mayBeBetter, type Answer, type Question, type Shown } from "./answer";
import { ask } from "./asking";
import type { TitleButton } from "./buttons";
import { dress, entitle, type Asked } from "./dress";
import { entriesOfAnswer, entriesOfRecent, entryOfNote, type Entry, type EntryButton } from "./entries";
import { kept, noToggles, toggled, type Toggles } from "./filters";
import { activeFolder, foldersOpen, rootOf } from "./folders";
import { Latest } from "./latest";
import { List } from "./list";
import { noteOnError, noteOnServer, notesOnAnswer, type Note } from "./notes";
import type { BoxParts } from "./parts";
import { placeOf } from "./rows";
import type { SimilarQuestion } from "./similarTo";

/**
 * The search box: a quick-pick that asks while one types.
 * One at a time: a second question goes into the box that is open. It disposes of itself when it closes.
 */
export class SearchBox implements Asked {
  private readonly pick = vscode.window.createQuickPick<Entry>();
  private readonly list: List;
  private readonly latest: Latest<Question, Answer>;
  readonly folder = activeFolder();
  private readonly subscriptions: readonly Disposable[];
  toggles: Toggles;
  /** The code that others are compared with; undefined while a query is asked. */
  similar: (SimilarQuestion & { readonly query: string }) | undefined;
  private asked: string | undefined;
  /** The status that an answer was asked for again at. */
  private askedAt: Status | undefined;
  private shown: Shown | undefined;
  /** There was no server to answer: what is asked now is asked again when there is one. */
  private unanswered = false;
  /** What was asked for before the answer came is done when it is there. */
  private whenAnswered: "openFirst" | "showAll" | undefined;
  private accepted = false;

  /** `closed` is given the promise that what was in the editor is back. */
  constructor(
    private readonly parts: BoxParts,
    private readonly closed: (left: Promise<void>) => void,
  ) {
    this.list = new List(this.pick, parts.log);
    this.toggles = parts.toggles.load();
    this.latest = new Latest((question, signal, onPartial) => ask(parts.requests, question, signal, onPartial), {
      onBusy: (busy) => (this.pick.busy = busy),
      onAnswer: this.show.bind(this),
      onError: this.fail.bind(this),
    });
    this.subscriptions = [
      this.pick,
      this.list,
      this.pick.onDidChangeValue((value) => {
        // A value that we set ourselves is told of as well, and has been asked already.
        if (value !== this.asked) {
          this.ask();
        }
      }),
      this.pick.onDidAccept(() => void this.accept(this.list.active)),
      this.pick.onDidTriggerButton((button) => {
        this.press(button as TitleButton);
      }),
      this.pick.onDidTriggerItemButton(({ item, button }) => void this.pressOn(item, button as EntryButton)),
      this.pick.onDidHide(() => {
        this.closed(this.hide());
      }),
      parts.onDidChangeServerState(() => {
        this.serverChanged();
      }),
    ];
  }

  /** Open the box for a query, which may be given. */
  search(query = ""): void {
    this.turnTo(undefined, query);
  }

  /** Open the box with the code that resembles some other. */
  compare(question: SimilarQuestion): void {
    this.turnTo({ ...question, query: "" });
  }

  /** Close it, as Escape does. */
  close(): void {
    this.pick.hide();
  }

  /** The index has changed its state: an answer that was given from less is asked for again. */
  statusChanged(): void {
    const status = this.parts.status();
    if (
      !status ||
      status === this.askedAt ||
      !this.shown ||
      this.shown.partial ||
      this.list.browsing ||
      this.pick.busy
    ) {
      return;
    }
    if (mayBeBetter(this.shown.answer, status)) {
      this.askedAt = status;
      this.latest.ask(this.question);
    }
  }

  /** The highlighted hit, beside the editor that is open. */
  async openToSide(entry = this.list.active): Promise<void> {
    if (entry?.entry === "hit") {
      await this.goTo(entry.hit, vscode.ViewColumn.Beside);
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

  private get isEmpty(): boolean {
    return !this.similar && this.pick.value.trim() === "";
  }

  private get question(): Question {
    return this.similar
      ? { about: "code", params: this.similar.params, label: this.similar.label, toggles: this.toggles }
      : { about: "query", query: this.pick.value, toggles: this.toggles };
  }

  /** The value, a toggle or what is compared has changed, or there is a server again. */
  private ask(delayed = true): void {
    this.asked = this.pick.value;
    this.whenAnswered = undefined;
    this.unanswered = false;
    this.list.startOver();
    if (this.similar) {
      // What is typed narrows the list; the question stays.
      if (this.shown?.question.toggles !== this.toggles || this.shown.question.about !== "code") {
        this.latest.askNow(this.question);
      }
      this.tellOfServer();
      return;
    }
    if (this.isEmpty) {
      this.latest.cancel();
      this.shown = undefined;
      this.dress();
      this.list.set(entriesOfRecent(this.parts.recent.all()));
    } else {
      if (!this.shown) {
        // The recent queries are no answer to what is typed now.
        this.list.set([]);
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
    const around = { status: this.parts.status(), folders: foldersOpen() };
    const notes = partial ? [] : notesOnAnswer(question, answer, around);
    const narrow = question.about === "code";
    if (this.similar && answer.name !== null) {
      this.similar = { ...this.similar, label: answer.name };
    }
    if (otherNotices) {
      this.dress();
    } else {
      entitle(this.pick, this, this.shown);
    }
    this.list.set(entriesOfAnswer(answer, notes, { narrow, folderOf: rootOf }));
    this.statusChanged();
    if (!partial) {
      this.doWhatWasAsked(answer);
    }
  }

  /** Of this answer: not of one that comes by itself later, when the index has more. */
  private doWhatWasAsked({ hits: [first] }: Answer): void {
    const wanted = this.whenAnswered;
    this.whenAnswered = undefined;
    if (wanted === "openFirst" && first) {
      void this.goTo(first);
    } else if (wanted === "showAll") {
      this.showAll();
    }
  }

  private fail(question: Question, error: unknown): void {
    if (isCancelled(error)) {
      // Another question of this window took its place, such as that of the results view.
      this.latest.ask(this.question);
      return;
    }
    this.shown = undefined;
    this.whenAnswered = undefined;
    this.parts.log.error(`${headingOf(question)}: ${error instanceof Error ? error.message : String(error)}`);
    const note = noteOnServer(this.parts.serverState());
    this.unanswered = note !== undefined || isConnectionLost(error);
    this.list.set([entryOfNote(note ?? noteOnError(error))]);
  }

  private serverChanged(): void {
    if (this.parts.serverState().kind === "running" && (this.unanswered || this.isEmpty)) {
      this.ask(false);
    } else {
      this.tellOfServer();
    }
  }

  private tellOfServer(): void {
    const note = noteOnServer(this.parts.serverState());
    if (note && !this.shown) {
      this.list.set([entryOfNote(note), ...(this.isEmpty ? entriesOfRecent(this.parts.recent.all()) : [])]);
    }
  }

  private async accept(active: Entry | undefined): Promise<void> {
    if (active?.entry === "recent") {
      this.pick.value = active.query;
      this.ask(false);
    } else if (!this.list.browsing && this.isBehind()) {
      this.whenAnswered = "openFirst";
    } else if (active?.entry === "hit") {
      await this.goTo(active.hit);
    } else if (active?.entry === "note") {
      this.act(active.note);
    }
  }

  /** Whether the list answers something else than what is asked now, and the answer is on its way. */
  private isBehind(): boolean {
    return this.pick.busy && !(this.shown && isSame(this.shown.question, this.question));
  }

  private async goTo(hit: Hit, column?: vscode.ViewColumn): Promise<void> {
    this.accepted = true;
    this.remember();
    if (column !== undefined) {
      await this.list.giveBack();
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
        this.turnTo(undefined, this.similar?.query);
        break;
      case "folder":
      case "kind":
      case "tests":
        this.setToggles(toggled(this.toggles, button.does, this.folder ?? null));
        break;
      case "showAll":
        this.showAll();
        break;
    }
  }

  private async pressOn(item: Entry, button: EntryButton): Promise<void> {
    if (item.entry === "recent") {
      await this.parts.recent.remove(item.query);
      if (this.isEmpty) {
        this.ask();
      }
    } else if (item.entry === "hit") {
      switch (button.does) {
        case "side":
          await this.openToSide(item);
          break;
        case "copyPath":
          await copy(placeOf(item.hit));
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
    this.turnTo({ params: { uri: hit.uri, position: hit.selectionRange.start }, label: hit.name, query });
  }

  /** Ask something else, and show the box if it is not shown yet. */
  private turnTo(similar: (SimilarQuestion & { readonly query: string }) | undefined, query = ""): void {
    this.similar = similar;
    this.shown = undefined;
    this.pick.value = query;
    this.dress();
    this.ask(false);
    this.pick.show();
    void vscode.commands.executeCommand("setContext", "smysl.searchOpen", true);
  }

  private setToggles(toggles: Toggles): void {
    this.toggles = toggles;
    this.parts.toggles.save(kept(toggles));
    this.dress();
    this.ask(false);
  }

  private dress(): void {
    dress(this.pick, this, this.shown, this.parts.status());
  }

  private remember(): void {
    if (!this.similar) {
      void this.parts.recent.add(this.pick.value);
    }
  }

  /** Resolves when what was in the editor is back. */
  private async hide(): Promise<void> {
    this.latest.cancel();
    void vscode.commands.executeCommand("setContext", "smysl.searchOpen", false);
    if (this.list.looked) {
      this.remember();
    }
    try {
      await this.list.leave(this.accepted);
    } catch (error) {
      this.parts.log.error(`The editor could not be restored: ${String(error)}`);
    }
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }
}
