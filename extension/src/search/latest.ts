/** Asks once the person pauses, and shows only what belongs to the newest question. Knows no VS Code. */

/** Sends the question; `onPartial` is given what comes before the whole answer. */
export type Ask<Q, A> = (question: Q, signal: AbortSignal, onPartial: (answer: A) => void) => Promise<A>;

export interface Listener<Q, A> {
  onBusy(busy: boolean): void;
  onAnswer(question: Q, answer: A, partial: boolean): void;
  onError(question: Q, error: unknown): void;
}

/**
 * Questions that follow one another while somebody types.
 * A newer question ends the older one, and nothing of an older one is told to the listener any more.
 */
export class Latest<Q, A> {
  private timer: NodeJS.Timeout | undefined;
  private running: AbortController | undefined;

  constructor(
    private readonly send: Ask<Q, A>,
    private readonly listener: Listener<Q, A>,
    private readonly delayMs = 120,
  ) {}

  /** Ask when no other question has come for `delayMs` milliseconds. */
  ask(question: Q): void {
    this.schedule(question, this.delayMs);
  }

  /** Ask at once. */
  askNow(question: Q): void {
    this.schedule(question, 0);
  }

  /** End what is running or waiting; nothing is told any more until the next question. */
  cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.running?.abort();
    this.running = undefined;
    this.listener.onBusy(false);
  }

  private schedule(question: Q, delayMs: number): void {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = undefined;
    this.listener.onBusy(true);
    if (delayMs === 0) {
      this.timer = undefined;
      void this.run(question);
    } else {
      this.timer = setTimeout(() => {
        void this.run(question);
      }, delayMs);
    }
  }

  private async run(question: Q): Promise<void> {
    const mine = new AbortController();
    this.running = mine;
    const current = (): boolean => this.running === mine && !mine.signal.aborted;
    let whole = false;
    try {
      const answer = await this.send(question, mine.signal, (partial) => {
        // A notification may be read after the response that it was sent before.
        if (current() && !whole) {
          this.listener.onAnswer(question, partial, true);
        }
      });
      whole = true;
      if (current()) {
        this.listener.onAnswer(question, answer, false);
      }
    } catch (error) {
      if (current()) {
        this.listener.onError(question, error);
      }
    } finally {
      if (current()) {
        this.running = undefined;
        this.listener.onBusy(false);
      }
    }
  }
}
