import { describe, expect, it } from "vitest";
import { folderOf, groupsOf, ResultSets } from "../../../extension/src/results/model";
import type { Answer, Question } from "../../../extension/src/search/answer";
import { noToggles } from "../../../extension/src/search/filters";
import { hit } from "../examples";

const question = (query: string): Question => ({ about: "query", query, toggles: noToggles });
const answer = (...hits: Answer["hits"]): Answer => ({ hits, notices: [], model: null, state: "ready", name: null });
const queries = (sets: ResultSets): string[] =>
  sets.all().map((set) => (set.question.about === "query" ? set.question.query : ""));

describe("the results view", () => {
  it("keeps the results of the last search", () => {
    const sets = new ResultSets();
    sets.add(question("a"), answer());
    sets.add(question("b"), answer());
    expect(queries(sets)).toEqual(["b"]);
  });

  it("keeps pinned results until they are removed", () => {
    const sets = new ResultSets();
    const first = sets.add(question("a"), answer());
    sets.pin(first.id, true);
    sets.add(question("b"), answer());
    sets.add(question("c"), answer());
    expect(queries(sets)).toEqual(["c", "a"]);
    sets.pin(first.id, false);
    sets.add(question("d"), answer());
    expect(queries(sets)).toEqual(["d"]);
  });

  it("puts a new answer where the old one was", () => {
    const sets = new ResultSets();
    const first = sets.add(question("a"), answer());
    sets.pin(first.id, true);
    sets.add(question("b"), answer());
    sets.replace(first.id, answer(hit()));
    expect(sets.all().map((set) => [set.id, set.answer.hits.length, set.pinned])).toEqual([
      [2, 0, false],
      [1, 1, true],
    ]);
  });

  it("can be emptied, of one set or of all", () => {
    const sets = new ResultSets();
    const first = sets.add(question("a"), answer());
    sets.pin(first.id, true);
    sets.add(question("b"), answer());
    sets.remove(first.id);
    expect(queries(sets)).toEqual(["b"]);
    sets.clear();
    expect(queries(sets)).toEqual([]);
  });

  it("groups hits by file, the best file first, in the order of each file", () => {
    const other = { uri: "file:///site/b.py", path: "b.py" };
    const set = new ResultSets().add(
      question("a"),
      answer(hit({ ...other, line: 9 }), hit({ line: 5 }), hit({ ...other, line: 2 })),
    );
    expect(groupsOf(set).map(({ path, hits }) => [path, hits.map((h) => h.selectionRange.start.line)])).toEqual([
      ["b.py", [2, 9]],
      ["auth/token.py", [5]],
    ]);
  });

  it("tells files of the same path apart by their workspace folder, where there are several", () => {
    expect(folderOf("src/auth/token.py", undefined)).toBe("src/auth");
    expect(folderOf("src/auth/token.py", "site")).toBe("site/src/auth");
    expect(folderOf("token.py", "site")).toBe("site");
    expect(folderOf("token.py", undefined)).toBe("");
  });
});
