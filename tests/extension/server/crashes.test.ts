import { expect, test } from "vitest";
import { Crashes } from "../../../extension/src/server/crashes";

test("three crashes in three minutes are forgiven, the fourth is not", () => {
  const crashes = new Crashes(3, 180_000, () => 0);
  expect([crashes.record(), crashes.record(), crashes.record(), crashes.record()]).toEqual([0, 1000, 2000, undefined]);
});

test("crashes long ago do not count", () => {
  let now = 0;
  const crashes = new Crashes(3, 180_000, () => now);
  crashes.record();
  crashes.record();
  crashes.record();
  now = 180_000;
  expect(crashes.record()).toBe(0);
});

test("a restart by a person begins to count anew", () => {
  const crashes = new Crashes(1, 180_000, () => 0);
  crashes.record();
  crashes.forget();
  expect(crashes.record()).toBe(0);
});
