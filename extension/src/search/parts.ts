import type { Status } from "../protocol";
import type { Requests } from "../requests";
import type { Disposable } from "../server/server";
import type { ServerState } from "../server/states";
import type { Answer, Question } from "./answer";
import type { Toggles } from "./filters";
import type { NoteAction } from "./notes";
import type { RecentQueries } from "./recent";

/** What the search box needs of the rest of the extension. */
export interface BoxParts {
  readonly requests: Requests;
  readonly recent: RecentQueries;
  /** The toggles as they were left. */
  readonly toggles: { load(): Toggles; save(toggles: Toggles): void };
  readonly serverState: () => ServerState;
  readonly onDidChangeServerState: (listener: () => void) => Disposable;
  readonly status: () => Status | undefined;
  readonly showAll: (question: Question, answer: Answer) => void;
  readonly act: (action: Exclude<NoteAction, "clearFilters">) => void;
  readonly log: { error(message: string | Error): void };
}
