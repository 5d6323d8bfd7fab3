/** The last questions of a workspace, the newest first. Knows no VS Code. */

/** The part of VS Code's Memento that is needed. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

const KEY = "recentQueries";

export class RecentQueries {
  constructor(
    private readonly memory: Memory,
    private readonly limit = 20,
  ) {}

  all(): readonly string[] {
    const stored = this.memory.get(KEY);
    return Array.isArray(stored) ? stored.filter((query) => typeof query === "string") : [];
  }

  /** Put the query first; the same words asked before, in whatever case, are not kept twice. */
  async add(query: string): Promise<void> {
    const text = query.trim();
    if (text !== "") {
      await this.memory.update(KEY, [text, ...this.without(text)].slice(0, this.limit));
    }
  }

  async remove(query: string): Promise<void> {
    await this.memory.update(KEY, this.without(query.trim()));
  }

  async clear(): Promise<void> {
    await this.memory.update(KEY, []);
  }

  private without(query: string): string[] {
    const folded = query.toLocaleLowerCase();
    return this.all().filter((other) => other.toLocaleLowerCase() !== folded);
  }
}
