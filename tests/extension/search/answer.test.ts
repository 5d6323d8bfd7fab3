import { describe, expect, it } from "vitest";
import { isSame, mayBeBetter, type Answer, type Question } from "../../../extension/src/search/answer";
import { noToggles } from "../../../extension/src/search/filters";
import { hit, status } from "../examples";

const answer: Answer = { hits: [hit()], notices: [], model: "builtin", state: "indexing", name: null };
const asked: Question = { about: "query", query: "token", toggles: noToggles };
const similar: Question = { about: "code", params: { text: "x" }, label: "f", toggles: noToggles };

describe("an answer", () => {
  it("answers a question that differs in spaces around it, or in what its code is called", () => {
    expect(isSame(asked, { ...asked, query: " token " })).toBe(true);
    expect(isSame(similar, { ...similar, label: "g" })).toBe(true);
  });

  it("does not answer other words, other code or other filters", () => {
    expect(isSame(asked, { ...asked, query: "tokens" })).toBe(false);
    expect(isSame(asked, { ...asked, toggles: { ...noToggles, noTests: true } })).toBe(false);
    expect(isSame(similar, { ...similar, params: { text: "x" } })).toBe(false);
    expect(isSame(asked, similar)).toBe(false);
  });

  it("may be better when the index has changed to a state that finds something", () => {
    expect(mayBeBetter(answer, status({ state: "ready" }))).toBe(true);
    expect(mayBeBetter(answer, status({ state: "indexing" }))).toBe(false);
    expect(mayBeBetter(answer, status({ state: "off" }))).toBe(false);
    expect(mayBeBetter({ ...answer, hits: [] }, status({ state: "indexing" }))).toBe(true);
    expect(mayBeBetter({ ...answer, state: null }, status({ state: "ready" }))).toBe(false);
  });
});
