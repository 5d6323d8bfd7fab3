import { setTimeout as sleep } from "node:timers/promises";

/** The first value of `look` that is neither undefined nor false, looked for until the deadline. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  withinMs = 60_000,
): Promise<Exclude<T, undefined | false>> {
  const begin = Date.now();
  let trouble: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) {
        return found as Exclude<T, undefined | false>;
      }
      trouble = undefined;
    } catch (error) {
      trouble = error;
    }
    if (Date.now() - begin > withinMs) {
      throw new Error(`After ${withinMs} ms still not: ${what}`, { cause: trouble });
    }
    await sleep(50);
  }
}

/** Milliseconds since the call, whenever the result is called. */
export function stopwatch(): () => number {
  const begin = performance.now();
  return () => Math.round(performance.now() - begin);
}
