/** The values of server/PROTOCOL.md, as they come over the wire. Knows no VS Code. */

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export type Kind = "function" | "method" | "class" | "module";

export type State = "starting" | "indexing" | "ready" | "degraded" | "error" | "off";

export type Reason = "meaning" | "words" | "name";

export interface Filters {
  readonly paths?: readonly string[];
  readonly within?: readonly string[];
  readonly kinds?: readonly Kind[];
  readonly tests?: "include" | "only" | "exclude";
}

export interface SearchParams {
  readonly query: string;
  readonly topK?: number;
  readonly filters?: Filters;
  readonly model?: string;
  readonly partialResultToken?: string | number;
}

export interface SearchResult {
  readonly query: string;
  readonly hits: readonly Hit[];
  readonly model: string | null;
  readonly state: State;
  readonly notices: readonly string[];
}

export interface Snippet {
  readonly text: string;
  /** Offsets into `text`. */
  readonly highlights: readonly { readonly start: number; readonly end: number }[];
}

export interface Hit {
  readonly uri: string;
  readonly path: string;
  readonly range: Range;
  readonly selectionRange: Range;
  readonly name: string;
  readonly container: string | null;
  readonly kind: Kind;
  readonly score: number;
  readonly snippet: Snippet;
  readonly reasons: readonly Reason[];
  readonly stale: boolean;
  readonly unsaved: boolean;
}

export interface SimilarParams {
  readonly uri?: string;
  readonly position?: Position;
  readonly range?: Range;
  readonly text?: string;
  readonly topK?: number;
  readonly filters?: Filters;
}

export interface SimilarResult {
  readonly hits: readonly Hit[];
  readonly name: string | null;
  readonly range: Range | null;
  readonly source: "buffer" | "saved" | "text";
  readonly model: string | null;
  readonly notices: readonly string[];
}

export interface Progress {
  readonly phase: "scanning" | "reading" | "embedding";
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | null;
}

export interface FolderStatus {
  readonly uri: string;
  readonly state: State;
  readonly message: string;
  readonly files: number;
  readonly chunks: number;
  readonly pending: number;
  readonly indexFile: string;
  readonly sizeBytes: number;
}

export interface Status {
  readonly state: State;
  readonly message: string;
  readonly advice: string | null;
  readonly progress: Progress | null;
  readonly files: number;
  readonly chunks: number;
  readonly embedded: number;
  readonly pending: number;
  readonly failed: number;
  readonly model: string | null;
  readonly dimensions: number | null;
  readonly space: string | null;
  readonly wanted: string;
  readonly lastError: string | null;
  readonly notices: readonly string[];
  readonly hints: readonly string[];
  readonly folders: readonly FolderStatus[];
  readonly version: string;
}

export interface Model {
  readonly name: string;
  readonly installed: boolean;
  readonly current: boolean;
  readonly recommended: boolean;
  readonly russian: boolean;
  readonly dimensions: number | null;
  readonly sizeBytes: number | null;
  readonly needBytes: number | null;
  readonly fits: boolean | null;
  readonly description: string;
}

export interface ModelsResult {
  readonly models: readonly Model[];
  readonly notices: readonly string[];
}

export interface PullModelParams {
  readonly name: string;
  readonly workDoneToken?: string | number;
}

export interface PullModelResult {
  readonly name: string;
}

/** `data` of the error RequestFailed. */
export interface FailureData {
  readonly kind: string;
  readonly advice: string | null;
}
