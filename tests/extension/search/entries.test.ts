import { describe, expect, it } from "vitest";
import type { Answer } from "../../../extension/src/search/answer";
import { entriesOfAnswer, entriesOfRecent } from "../../../extension/src/search/entries";
import { hit } from "../examples";

const answer: Answer = { hits: [hit()], notices: [], model: "builtin", state: "ready", name: null };
const options = { folderOf: () => undefined };

describe("the lines of the search box", () => {
  it("are never hidden by VS Code's own filter when they were found by meaning", () => {
    const note = { icon: "info", label: "note", detail: "", action: null };
    const entries = entriesOfAnswer(answer, [note], { ...options, narrow: false });
    expect(entries.map(({ entry }) => entry)).toEqual(["hit", "note"]);
    expect(entries.every(({ alwaysShow }) => alwaysShow)).toBe(true);
  });

  it("are narrowed by what is typed when they are similar code", () => {
    const entries = entriesOfAnswer(answer, [], { ...options, narrow: true });
    expect(entries.find(({ entry }) => entry === "hit")?.alwaysShow).toBe(false);
  });

  it("are the recent queries under a heading, or none", () => {
    expect(entriesOfRecent(["a", "b"]).map(({ label }) => label)).toEqual(["recent", "a", "b"]);
    expect(entriesOfRecent([])).toEqual([]);
  });
});
