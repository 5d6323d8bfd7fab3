import { describe, expect, it } from "vitest";
import { RecentQueries } from "../../../extension/src/search/recent";

class Memory {
  readonly values = new Map<string, unknown>();

  get(key: string): unknown {
    return this.values.get(key);
  }

  update(key: string, value: unknown): Promise<void> {
    this.values.set(key, value);
    return Promise.resolve();
  }
}

describe("recent queries", () => {
  it("are kept newest first, each once whatever its case", async () => {
    const recent = new RecentQueries(new Memory());
    for (const query of ["parse dates", "проверить токен", " Parse Dates "]) {
      await recent.add(query);
    }
    expect(recent.all()).toEqual(["Parse Dates", "проверить токен"]);
  });

  it("leave out a blank one", async () => {
    const recent = new RecentQueries(new Memory());
    await recent.add("  ");
    expect(recent.all()).toEqual([]);
  });

  it("lose the oldest above the limit", async () => {
    const recent = new RecentQueries(new Memory(), 2);
    for (const query of ["a", "b", "c"]) {
      await recent.add(query);
    }
    expect(recent.all()).toEqual(["c", "b"]);
  });

  it("can be removed, one or all", async () => {
    const recent = new RecentQueries(new Memory());
    for (const query of ["a", "b", "c"]) {
      await recent.add(query);
    }
    await recent.remove("B");
    expect(recent.all()).toEqual(["c", "a"]);
    await recent.clear();
    expect(recent.all()).toEqual([]);
  });

  it("are none where something else was stored", () => {
    const memory = new Memory();
    memory.values.set("recentQueries", { not: "a list" });
    expect(new RecentQueries(memory).all()).toEqual([]);
  });
});
