import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import {
  findReady,
  forgetUse,
  isUsed,
  keyOf,
  Layout,
  noteUse,
  pythonOf,
  readStamp,
  removeEnvironment,
  removeStamp,
  writeStamp,
} from "../../../extension/src/environment/layout";

let layout: Layout;

beforeEach(() => {
  layout = new Layout(mkdtempSync(join(tmpdir(), "smysl-layout-")));
});

async function environment(key: string, setting = ""): Promise<string> {
  const folder = layout.newFolder(key);
  mkdirSync(join(pythonOf(folder), ".."), { recursive: true });
  writeFileSync(pythonOf(folder), "");
  await writeStamp(folder, { key, python: "/usr/bin/python3", setting });
  return folder;
}

test("a whole environment of the key is found", async () => {
  const folder = await environment("aaa");
  await environment("bbb");
  expect(await findReady(layout, "aaa", "")).toBe(folder);
  expect(await findReady(layout, "ccc", "")).toBeUndefined();
});

test("a half-made environment is never taken for a whole one", async () => {
  const folder = await environment("aaa");
  await removeStamp(folder);
  expect(await findReady(layout, "aaa", "")).toBeUndefined();
  writeFileSync(join(folder, "ready.json"), '{"key": "aaa", "pyth');
  expect(await findReady(layout, "aaa", "")).toBeUndefined();
});

test("an environment whose Python has gone is not whole", async () => {
  const folder = await environment("aaa");
  rmSync(pythonOf(folder));
  expect(await findReady(layout, "aaa", "")).toBeUndefined();
});

test("a setting that names another Python asks for another environment; without a setting any will do", async () => {
  const folder = await environment("aaa", "/opt/python3.12");
  expect(await findReady(layout, "aaa", "/opt/python3.13")).toBeUndefined();
  expect(await findReady(layout, "aaa", "/opt/python3.12")).toBe(folder);
  expect(await findReady(layout, "aaa", "")).toBe(folder);
});

test("an environment is in use while a process that noted so lives", async () => {
  const folder = await environment("aaa");
  expect(await isUsed(folder, () => true)).toBe(false);
  await noteUse(folder, 4711);
  expect(await isUsed(folder, (pid) => pid === 4711)).toBe(true);
  expect(await isUsed(folder, () => false)).toBe(false);
  await forgetUse(folder, 4711);
  expect(await isUsed(folder, () => true)).toBe(false);
});

test("what is removed is gone, and two attempts never share a folder", async () => {
  const folder = await environment("aaa");
  expect(layout.newFolder("aaa")).not.toBe(folder);
  await removeEnvironment(folder);
  expect(await layout.folders()).toEqual([]);
  expect(await readStamp(folder)).toBeUndefined();
});

test("the key changes with the wheel and with the versions", async () => {
  const [wheel, versions] = [join(layout.root, "a.whl"), join(layout.root, "requirements.txt")];
  writeFileSync(wheel, "one");
  writeFileSync(versions, "numpy==2.0");
  const key = await keyOf(wheel, versions);
  expect(key).toMatch(/^[0-9a-f]{12}$/);
  expect(await keyOf(wheel, versions)).toBe(key);
  writeFileSync(versions, "numpy==2.1");
  expect(await keyOf(wheel, versions)).not.toBe(key);
});
