import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { isAlive, takeLock } from "../../../extension/src/environment/lock";

const timing = { beatMs: 10, looks: 5 };
const { signal } = new AbortController();
let path: string;

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "smysl-lock-")), "setup.lock");
});

function deadPid(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

test("of many who want it one has it at a time, and every one gets it", async () => {
  let holders = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const giveBack = await takeLock(path, signal, { timing });
      holders += 1;
      most = Math.max(most, holders);
      await new Promise((resolve) => setTimeout(resolve, 5));
      holders -= 1;
      await giveBack();
    }),
  );
  expect(most).toBe(1);
  expect(existsSync(path)).toBe(false);
});

test("whoever waits is told so once", async () => {
  let told = 0;
  const giveBack = await takeLock(path, signal, { timing });
  const second = takeLock(path, signal, { timing, onWaiting: () => (told += 1) });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await giveBack();
  await (
    await second
  )();
  expect(told).toBe(1);
});

test("a holder at work keeps the lock, however long it takes", async () => {
  const giveBack = await takeLock(path, signal, { timing: { beatMs: 2, looks: 5 } });
  const waiting = new AbortController();
  const second = takeLock(path, waiting.signal, { timing: { beatMs: 20, looks: 5 } });
  setTimeout(() => {
    waiting.abort();
  }, 400);
  await expect(second).rejects.toThrow();
  await giveBack();
});

test("the lock of a process that died is taken at once", async () => {
  writeFileSync(path, JSON.stringify({ id: "gone", pid: deadPid(), host: hostname() }));
  let told = 0;
  await (
    await takeLock(path, signal, { timing, onWaiting: () => (told += 1) })
  )();
  expect(told).toBe(0);
});

test("the lock of another machine is taken when nobody touches it any more", async () => {
  writeFileSync(path, JSON.stringify({ id: "far", pid: process.pid, host: "another-machine" }));
  const giveBack = await takeLock(path, signal, { timing });
  expect(readFileSync(path, "utf8")).toContain(hostname());
  await giveBack();
});

test("a lock that was written half is taken like one that nobody touches", async () => {
  writeFileSync(path, '{"id": "ha');
  await (
    await takeLock(path, signal, { timing })
  )();
  expect(readdirSync(join(path, ".."))).toEqual([]);
});

test("a lock that cannot be read is looked at as often as any other, and taken then", async () => {
  mkdirSync(path);
  let told = 0;
  const begin = performance.now();
  await (
    await takeLock(path, signal, { timing, onWaiting: () => (told += 1) })
  )();
  expect(told).toBe(1);
  expect(performance.now() - begin).toBeGreaterThan(timing.beatMs * (timing.looks - 1));
  expect(readdirSync(join(path, ".."))).toEqual([]);
});

test("giving back does not take away what is another's by now", async () => {
  const giveBack = await takeLock(path, signal, { timing });
  const other = JSON.stringify({ id: "other", pid: process.pid, host: hostname() });
  writeFileSync(path, other);
  await giveBack();
  expect(readFileSync(path, "utf8")).toBe(other);
});

test("a process is known to be alive or not", () => {
  expect(isAlive(process.pid)).toBe(true);
  expect(isAlive(deadPid())).toBe(false);
});
