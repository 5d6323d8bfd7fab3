/**
 * Runs one job at a time, with at most one run waiting.
 * Whoever asks while one waits shares that one: after many quick changes of a setting the server restarts once more,
 * with the last of them, not once for each.
 */
export class OneAtATime {
  private running: Promise<void> | undefined;
  private queued: Promise<void> | undefined;

  constructor(private readonly job: () => Promise<void>) {}

  /** The promise of a run that begins after this call, and so sees everything that was set before it. */
  run(): Promise<void> {
    // What waits may not have begun yet although nothing runs any more.
    if (!this.running) {
      return this.queued ?? this.begin();
    }
    this.queued ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.queued = undefined;
        return this.begin();
      });
    return this.queued;
  }

  private begin(): Promise<void> {
    this.running = this.job().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }
}
