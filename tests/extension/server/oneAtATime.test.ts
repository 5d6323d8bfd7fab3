import { expect, test } from "vitest";
import { OneAtATime } from "../../../extension/src/server/oneAtATime";

function steps() {
  const begun: (() => void)[] = [];
  const runs = new OneAtATime(
    () =>
      new Promise<void>((resolve) => {
        begun.push(resolve);
      }),
  );
  return { runs, begun };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("while a job runs at most one more waits, however often it is asked for", async () => {
  const { runs, begun } = steps();
  const first = runs.run();
  const second = runs.run();
  const third = runs.run();
  expect(third).toBe(second);
  expect(begun).toHaveLength(1);
  begun[0]?.();
  await first;
  await settled();
  expect(begun).toHaveLength(2);
  begun[1]?.();
  await Promise.all([second, third]);
  expect(begun).toHaveLength(2);
});

test("a job that fails does not keep the waiting one from running", async () => {
  let runs = 0;
  const jobs = new OneAtATime(() => {
    runs += 1;
    return runs === 1 ? Promise.reject(new Error("first")) : Promise.resolve();
  });
  const first = jobs.run();
  const second = jobs.run();
  await expect(first).rejects.toThrow("first");
  await second;
  expect(runs).toBe(2);
});

test("one that is asked for between the end of a job and the begin of the waiting one is the waiting one", async () => {
  const { runs, begun } = steps();
  const first = runs.run();
  const waiting = runs.run();
  const asked = first.then(() => runs.run());
  begun[0]?.();
  await settled();
  expect(begun).toHaveLength(2);
  begun[1]?.();
  await Promise.all([waiting, asked]);
  await settled();
  expect(begun).toHaveLength(2);
});
