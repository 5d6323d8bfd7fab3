import { l10n } from "vscode";
import { adviceOf, failureOf } from "../failure";
import type { Status } from "../protocol";
import type { ServerState } from "../server/states";
import type { Answer, Question } from "./answer";
import { describe, type Toggles } from "./filters";

/** Lines in the list that are no hits: what a person should know, and what choosing the line does. */

export type NoteAction = "clearFilters" | "enable" | "openFolder" | "restart" | "showActions" | "showLog";

export interface Note {
  /** A codicon. */
  readonly icon: string;
  readonly label: string;
  readonly detail: string;
  readonly action: NoteAction | null;
}

/**
 * What is to be said about an answer: why there is nothing, or what is wrong with what there is.
 * `folders` is how many are open in the window: where none is, there is nothing to switch on.
 */
export function notesOnAnswer(
  question: Question,
  answer: Answer,
  { status, folders }: { readonly status: Status | undefined; readonly folders: number },
): readonly Note[] {
  const [notice, ...more] = answer.notices;
  const notices =
    notice === undefined ? [] : [noteOf("warning", notice, (more.join(" ") || status?.advice) ?? "", "showActions")];
  if (answer.hits.length > 0) {
    return notices;
  }
  if (status?.state === "off") {
    return [noteOnOff(status, folders)];
  }
  if (status?.state === "error") {
    return [noteOf("error", status.message, status.advice ?? "", "showLog")];
  }
  // Where there is no function nothing was compared, and it is not said that nothing comes near.
  const compared = question.about === "query" || question.params.position === undefined || answer.name !== null;
  const nothing = compared || notices.length === 0 ? [noteOnNothing(question)] : [];
  return [...noteOnIndexing(answer, status), ...notices, ...nothing];
}

function noteOnOff({ message }: Status, folders: number): Note {
  return folders === 0
    ? noteOf("folder-opened", message, l10n.t("Choose this line to open a folder."), "openFolder")
    : noteOf("circle-slash", message, l10n.t("Choose this line to switch Smysl on here."), "enable");
}

function noteOnIndexing(answer: Answer, status: Status | undefined): readonly Note[] {
  const state = answer.state ?? status?.state;
  if (state !== "indexing" && state !== "starting") {
    return [];
  }
  const message = status?.message ?? l10n.t("The index is being built.");
  return [noteOf("sync", message, l10n.t("Answers come from what is there; ask again in a moment."), "showActions")];
}

function noteOnNothing(question: Question): Note {
  const filters = describe(question.toggles);
  if (filters !== "") {
    const everywhere = l10n.t("Choose this line to search everywhere.");
    return noteOf("info", l10n.t("Nothing found in: {0}", filters), everywhere, "clearFilters");
  }
  return question.about === "code"
    ? noteOf("info", l10n.t("No similar code"), l10n.t("Nothing else in the workspace comes near it."), null)
    : noteOf(
        "info",
        l10n.t("Nothing found"),
        l10n.t("Say in other words what the code does, in Russian or English."),
        null,
      );
}

/** What is to be said while there is no server to ask, or undefined when there is one. */
export function noteOnServer(state: ServerState): Note | undefined {
  switch (state.kind) {
    case "running":
      return undefined;
    case "preparing":
      return noteOf(
        "sync",
        l10n.t("Smysl is being set up"),
        l10n.t("This happens once. Keep typing: the answer comes by itself."),
        "showLog",
      );
    case "starting":
      return noteOf("sync", l10n.t("Smysl is starting"), l10n.t("Keep typing: the answer comes by itself."), "showLog");
    case "stopped":
      return noteOf("circle-slash", l10n.t("Smysl is stopped"), l10n.t("Choose this line to start it."), "restart");
    case "failed":
      return noteOf(
        "error",
        l10n.t("Smysl could not start"),
        `${failureOf(state.reason).text} ${l10n.t("Choose this line for what can be done.")}`,
        "showActions",
      );
  }
}

export function noteOnError(error: unknown): Note {
  const message = error instanceof Error ? error.message : String(error);
  return noteOf("error", message, adviceOf(error) ?? l10n.t("Choose this line to see the log."), "showLog");
}

/** The title of the list: what is asked, where, and what came of it. `similarTo` is the code that others resemble. */
export function titleOf(
  similarTo: string | undefined,
  toggles: Toggles,
  shown: { readonly answer: Answer; readonly partial: boolean } | undefined,
): string {
  const asked = similarTo === undefined ? l10n.t("Semantic Search") : l10n.t("Code similar to {0}", similarTo);
  const summary = shown && shown.answer.hits.length > 0 ? summaryOf(shown.answer, shown.partial) : "";
  return [asked, describe(toggles), summary].filter((part) => part !== "").join(" — ");
}

/** How many hits there are and what read the question. */
function summaryOf(answer: Answer, partial: boolean): string {
  if (partial) {
    return l10n.t("found by words, searching by meaning…");
  }
  return answer.model === null
    ? l10n.t("{0} found by words", answer.hits.length)
    : l10n.t("{0} found, model {1}", answer.hits.length, answer.model);
}

function noteOf(icon: string, label: string, detail: string, action: NoteAction | null): Note {
  return { icon, label, detail, action };
}
