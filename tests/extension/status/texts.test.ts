import { describe, expect, it } from "vitest";
import { SetUpError } from "../../../extension/src/environment/trouble";
import { statusText } from "../../../extension/src/status/texts";
import { status } from "../examples";

const running = { kind: "running" } as const;

describe("the status item", () => {
  it("counts what is indexed and names the model", () => {
    expect(statusText(running, status())).toEqual({
      severity: "ok",
      busy: false,
      text: "Smysl: 4,811 chunks",
      detail: "files: 212 · model builtin, 256 dimensions",
    });
  });

  it("says how far the index is", () => {
    const progress = { phase: "embedding", done: 120, total: 4811, secondsLeft: 61.5 } as const;
    const text = statusText(running, status({ state: "indexing", message: "Embedding: 120 of 4,811.", progress }));
    expect(text).toMatchObject({ severity: "ok", busy: true, text: "Smysl is indexing: 2 %" });
    expect(text.detail).toContain("Embedding: 120 of 4,811.");
  });

  it("warns with the reason and the advice when answers are worse than asked for", () => {
    const text = statusText(
      running,
      status({ state: "degraded", message: "Ollama is away.", advice: "Start it.", model: null, pending: 7 }),
    );
    expect(text.severity).toBe("warning");
    expect(text.detail).toBe("Ollama is away. · Start it. · files: 212 · by words alone · waiting for the model: 7");
  });

  it("shows the last error also when all is indexed", () => {
    expect(statusText(running, status({ lastError: "One file could not be read." }))).toMatchObject({
      severity: "warning",
      detail: "files: 212 · model builtin, 256 dimensions · One file could not be read.",
    });
  });

  it("tells what is worth knowing of the model without a warning", () => {
    expect(statusText(running, status({ hints: ["No Ollama answers.", "The built-in model answers."] }))).toMatchObject(
      {
        severity: "ok",
        detail: "files: 212 · model builtin, 256 dimensions · No Ollama answers. · The built-in model answers.",
      },
    );
  });

  it("says that the index cannot be used, or that Smysl is off", () => {
    expect(statusText(running, status({ state: "error", message: "The disk is full." })).severity).toBe("error");
    expect(statusText(running, status({ state: "off" })).text).toBe("Smysl is off here");
  });

  it("follows the server before it can be asked", () => {
    expect(statusText({ kind: "preparing" }, undefined)).toMatchObject({ busy: true, text: "Smysl is being set up" });
    expect(statusText(running, undefined)).toMatchObject({ busy: true, text: "Smysl is starting" });
    expect(statusText({ kind: "failed", reason: new SetUpError("disk-full") }, undefined)).toMatchObject({
      severity: "error",
      detail: "The disk is full: Smysl needs about 400 MB for its environment.",
    });
  });
});
