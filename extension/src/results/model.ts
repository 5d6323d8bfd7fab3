import type { Answer, Question } from "../search/answer";
import type { Hit } from "../protocol";

/** The results view as values: result sets, in each the files, in each the hits. Knows no VS Code. */

export interface ResultSet {
  readonly id: number;
  readonly question: Question;
  readonly answer: Answer;
  readonly pinned: boolean;
}

export interface FileGroup {
  readonly set: ResultSet;
  readonly uri: string;
  readonly path: string;
  /** In the order of the file. */
  readonly hits: readonly Hit[];
}

/**
 * The sets, the newest first. A new one takes the place of the one that is not pinned:
 * at most one set is not pinned, and a pinned one stays until it is removed.
 */
export class ResultSets {
  private sets: readonly ResultSet[] = [];
  private lastId = 0;

  all(): readonly ResultSet[] {
    return this.sets;
  }

  add(question: Question, answer: Answer): ResultSet {
    this.lastId += 1;
    const added: ResultSet = { id: this.lastId, question, answer, pinned: false };
    this.sets = [added, ...this.sets.filter((set) => set.pinned)];
    return added;
  }

  /** A new answer to the same question, in the same place. */
  replace(id: number, answer: Answer): void {
    this.sets = this.sets.map((set) => (set.id === id ? { ...set, answer } : set));
  }

  pin(id: number, pinned: boolean): void {
    this.sets = this.sets.map((set) => (set.id === id ? { ...set, pinned } : set));
  }

  remove(id: number): void {
    this.sets = this.sets.filter((set) => set.id !== id);
  }

  clear(): void {
    this.sets = [];
  }
}

/** The hits of a set by file; the file with the best hit comes first. */
export function groupsOf(set: ResultSet): readonly FileGroup[] {
  const byFile = new Map<string, Hit[]>();
  for (const hit of set.answer.hits) {
    const hits = byFile.get(hit.uri) ?? [];
    hits.push(hit);
    byFile.set(hit.uri, hits);
  }
  return [...byFile].map(([uri, hits]) => ({
    set,
    uri,
    path: hits[0]?.path ?? uri,
    hits: [...hits].sort((a, b) => a.range.start.line - b.range.start.line),
  }));
}

/** The folder of a file as its line shows it; `root` is the workspace folder, where more than one is open. */
export function folderOf(path: string, root: string | undefined): string {
  return [...(root === undefined ? [] : [root]), ...path.split("/").slice(0, -1)].join("/");
}
