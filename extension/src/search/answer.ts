import type { Hit, SearchResult, SimilarResult, State, SimilarParams } from "../protocol";
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

/** The question in the words of a person, as a heading for its answer. */
export function headingOf(question: Question): string {
  return question.about === "query" ? question.query.trim() : question.label;
}
