import type { Hit, SearchResult, SimilarResult, State, SimilarParams, Status } from "../protocol";
import type { Toggles } from "./filters";

/** What is asked of the server, and what of its answers the lists show. */

export type Question =
  | { readonly about: "query"; readonly query: string; readonly toggles: Toggles }
  | { readonly about: "code"; readonly params: SimilarParams; readonly label: string; readonly toggles: Toggles };

export interface Answer {
  readonly hits: readonly Hit[];
  readonly notices: readonly string[];
  /** Null when the words alone answered. */
  readonly model: string | null;
  readonly state: State | null;
  /** What the question was about, as the server names it. */
  readonly name: string | null;
}

export function answerOfSearch(result: SearchResult): Answer {
  return { hits: result.hits, notices: result.notices, model: result.model, state: result.state, name: null };
}

export function answerOfSimilar(result: SimilarResult): Answer {
  return { hits: result.hits, notices: result.notices, model: result.model, state: null, name: result.name };
}

/** An answer as it is shown, and what it answers. `partial` is that of the words, before the whole one. */
export interface Shown {
  readonly question: Question;
  readonly answer: Answer;
  readonly partial: boolean;
}

/** Whether an answer to the one is an answer to the other. */
export function isSame(one: Question, other: Question): boolean {
  const alike =
    one.about === "query"
      ? other.about === "query" && one.query.trim() === other.query.trim()
      : other.about === "code" && one.params === other.params;
  return alike && one.toggles === other.toggles;
}

/** States of the index in which a search can find something. */
const FINDS: readonly State[] = ["indexing", "ready", "degraded"];

/** Whether the index, as it is now, may have a better answer than this one. */
export function mayBeBetter(answer: Answer, { state }: Status): boolean {
  const changed = answer.state !== null && answer.state !== state && FINDS.includes(state);
  return changed || (answer.hits.length === 0 && state === "indexing");
}

/** The question in the words of a person, as a heading for its answer. */
export function headingOf(question: Question): string {
  return question.about === "query" ? question.query.trim() : question.label;
}
