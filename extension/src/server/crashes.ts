/** How often a server that ended by itself is started again, and when that is too often. */
export class Crashes {
  private times: number[] = [];

  /** At most `limit` crashes within `windowMs` milliseconds are forgiven. */
  constructor(
    private readonly limit = 3,
    private readonly windowMs = 180_000,
    private readonly now: () => number = Date.now,
  ) {}

  /** Count a crash. The milliseconds to wait before the next start, or undefined: it is not started again. */
  record(): number | undefined {
    const now = this.now();
    this.times = [...this.times.filter((time) => now - time < this.windowMs), now];
    return this.times.length > this.limit ? undefined : (this.times.length - 1) * 1_000;
  }

  /** A person asked for a restart: what was before does not count. */
  forget(): void {
    this.times = [];
  }
}
