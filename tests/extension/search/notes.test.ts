import { describe, expect, it } from "vitest";
import type { Answer, Question } from "../../../extension/src/search/answer";
import { SetUpError } from "../../../extension/src/environment/trouble";
import { adviceOf } from "../../../extension/src/failure";
import { noToggles } from "../../../extension/src/search/filters";
import { noteOnError, noteOnServer, notesOnAnswer, titleOf } from "../../../extension/src/search/notes";
import { hit, status } from "../examples";

const asked: Question = { about: "query", query: "token", toggles: noToggles };
/** In a window with a folder. */
const open = (of: ReturnType<typeof status>) => ({ status: of, folders: 1 });
const nothing: Answer = { hits: [], notices: [], model: "builtin", state: "ready", name: null };

describe("what the search box says beside the hits", () => {
  it("is nothing where all is well", () => {
    expect(notesOnAnswer(asked, { ...nothing, hits: [hit()] }, open(status()))).toEqual([]);
  });

  it("is the server's notice, with its advice, when Ollama is down", () => {
    const answer = { ...nothing, hits: [hit()], notices: ["Ollama is away; the words answer."] };
    const notes = notesOnAnswer(asked, answer, open(status({ state: "degraded", advice: "Start Ollama." })));
    expect(notes).toEqual([
      { icon: "warning", label: "Ollama is away; the words answer.", detail: "Start Ollama.", action: "showActions" },
    ]);
  });

  it("is one line for several notices", () => {
    const answer = { ...nothing, hits: [hit()], notices: ["Ollama is away.", "Start it.", "The words answer."] };
    expect(notesOnAnswer(asked, answer, open(status()))).toMatchObject([
      { label: "Ollama is away.", detail: "Start it. The words answer." },
    ]);
  });

  it("is a hint to other words where nothing was found", () => {
    expect(notesOnAnswer(asked, nothing, open(status())).map(({ label }) => label)).toEqual(["Nothing found"]);
  });

  it("is a way out of the filters where they are on", () => {
    const narrow = { ...asked, toggles: { ...noToggles, noTests: true } };
    expect(notesOnAnswer(narrow, nothing, open(status()))).toMatchObject([
      { label: "Nothing found in: no tests", action: "clearFilters" },
    ]);
  });

  it("is how far the index is while it is built", () => {
    const notes = notesOnAnswer(
      asked,
      { ...nothing, state: "indexing" },
      open(status({ message: "Embedding: 1 of 9." })),
    );
    expect(notes.map(({ label }) => label)).toEqual(["Embedding: 1 of 9.", "Nothing found"]);
  });

  it("is a switch where Smysl is off, and the log where the index is broken", () => {
    const off = status({ state: "off", message: "It is off." });
    expect(notesOnAnswer(asked, nothing, open(off))).toMatchObject([{ label: "It is off.", action: "enable" }]);
    expect(notesOnAnswer(asked, nothing, open(status({ state: "error", message: "The disk is full." })))).toMatchObject(
      [{ label: "The disk is full.", action: "showLog" }],
    );
  });

  it("is the way to a folder where none is open", () => {
    const around = { status: status({ state: "off", message: "No folder is open." }), folders: 0 };
    expect(notesOnAnswer(asked, nothing, around)).toMatchObject([
      { label: "No folder is open.", action: "openFolder" },
    ]);
  });

  it("is why there is no similar code, and not that there is none where nothing was compared", () => {
    const params = { uri: "file:///site/auth/token.py", position: { line: 0, character: 0 } };
    const similar: Question = { about: "code", params, label: "f", toggles: noToggles };
    const labels = (answer: Answer) => notesOnAnswer(similar, answer, open(status())).map(({ label }) => label);
    const answer = { ...nothing, state: null };
    expect(labels({ ...answer, notices: ["There is no function here."] })).toEqual(["There is no function here."]);
    expect(labels({ ...answer, name: "f" })).toEqual(["No similar code"]);
  });

  it("is what the server does while it cannot be asked", () => {
    expect(noteOnServer({ kind: "running" })).toBeUndefined();
    expect(noteOnServer({ kind: "preparing" })?.label).toBe("Smysl is being set up");
    expect(noteOnServer({ kind: "stopped" })?.action).toBe("restart");
    expect(noteOnServer({ kind: "failed", reason: new SetUpError("disk-full") })).toMatchObject({
      label: "Smysl could not start",
      detail: "The disk is full: Smysl needs about 400 MB for its environment. Choose this line for what can be done.",
      action: "showActions",
    });
  });

  it("is the server's own advice on an error", () => {
    const error = Object.assign(new Error("The model is gone."), {
      data: { kind: "ModelMissing", advice: "Pull it." },
    });
    expect(noteOnError(error)).toMatchObject({ label: "The model is gone.", detail: "Pull it." });
    expect(adviceOf(new Error("x"))).toBeNull();
    expect(noteOnError("odd").label).toBe("odd");
  });

  it("counts the hits, names the model and the filters in the title", () => {
    const answer = { ...nothing, hits: [hit()] };
    expect(titleOf(undefined, noToggles, undefined)).toBe("Semantic Search");
    expect(titleOf(undefined, { ...noToggles, noTests: true }, { answer, partial: false })).toBe(
      "Semantic Search — no tests — 1 found, model builtin",
    );
    expect(titleOf("f", noToggles, { answer: { ...answer, model: null }, partial: false })).toBe(
      "Code similar to f — 1 found by words",
    );
    expect(titleOf(undefined, noToggles, { answer, partial: true })).toBe(
      "Semantic Search — found by words, searching by meaning…",
    );
    expect(titleOf(undefined, noToggles, { answer: nothing, partial: false })).toBe("Semantic Search");
  });
});
