import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Latest } from "../../../extension/src/search/latest";

/** A question that was sent and waits for the test to answer it. */
interface Sent {
  readonly question: string;
  readonly signal: AbortSignal;
  readonly partial: (answer: string) => void;
  readonly answer: (answer: string) => void;
  readonly fail: (error: Error) => void;
}

class Scene {
  readonly sent: Sent[] = [];
  readonly told: string[] = [];
  busy = false;
  readonly latest = new Latest<string, string>(
    (question, signal, partial) =>
      new Promise((answer, fail) => {
        this.sent.push({ question, signal, partial, answer, fail });
      }),
    {
      onBusy: (busy) => (this.busy = busy),
      onAnswer: (question, answer, partial) => this.told.push(`${question}: ${answer}${partial ? " (partial)" : ""}`),
      onError: (question, error) => this.told.push(`${question}: ${String(error)}`),
    },
    120,
  );

  question(index: number): Sent {
    const sent = this.sent[index];
    if (!sent) {
      throw new Error(`Only ${this.sent.length} questions were sent.`);
    }
    return sent;
  }
}

describe("questions asked while somebody types", () => {
  let scene: Scene;
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

  beforeEach(() => {
    vi.useFakeTimers();
    scene = new Scene();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("are sent once the typing pauses, and only the last of them", async () => {
    for (const typed of ["t", "to", "tok"]) {
      scene.latest.ask(typed);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(scene.sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(20);
    expect(scene.sent.map(({ question }) => question)).toEqual(["tok"]);
  });

  it("are sent at once when there is nothing to wait for", () => {
    scene.latest.askNow("token");
    expect(scene.sent.map(({ question }) => question)).toEqual(["token"]);
  });

  it("end the older one, whose late answer is not told", async () => {
    scene.latest.askNow("old");
    scene.latest.askNow("new");
    expect(scene.question(0).signal.aborted).toBe(true);
    scene.question(1).answer("2");
    await settle();
    scene.question(0).partial("half of 1");
    scene.question(0).answer("1");
    await settle();
    expect(scene.told).toEqual(["new: 2"]);
  });

  it("end the older one as soon as something else is typed, before the pause", () => {
    scene.latest.askNow("old");
    scene.latest.ask("new");
    expect(scene.question(0).signal.aborted).toBe(true);
  });

  it("are told the partial answer, then the whole one, and no partial one after it", async () => {
    scene.latest.askNow("token");
    scene.question(0).partial("by words");
    scene.question(0).answer("by meaning");
    await settle();
    scene.question(0).partial("too late");
    expect(scene.told).toEqual(["token: by words (partial)", "token: by meaning"]);
  });

  it("are busy from the first key to the whole answer", async () => {
    scene.latest.ask("token");
    expect(scene.busy).toBe(true);
    await vi.advanceTimersByTimeAsync(120);
    scene.question(0).partial("by words");
    expect(scene.busy).toBe(true);
    scene.question(0).answer("by meaning");
    await settle();
    expect(scene.busy).toBe(false);
  });

  it("tell an error of the newest question, and none of one that was ended", async () => {
    scene.latest.askNow("old");
    scene.latest.askNow("new");
    scene.question(0).fail(new Error("cancelled"));
    scene.question(1).fail(new Error("down"));
    await settle();
    expect(scene.told).toEqual(["new: Error: down"]);
    expect(scene.busy).toBe(false);
  });

  it("tell nothing any more after cancel", async () => {
    scene.latest.ask("waiting");
    scene.latest.cancel();
    await vi.advanceTimersByTimeAsync(500);
    expect(scene.sent).toEqual([]);
    scene.latest.askNow("running");
    scene.latest.cancel();
    scene.question(0).answer("1");
    await settle();
    expect(scene.told).toEqual([]);
    expect(scene.busy).toBe(false);
  });
});
