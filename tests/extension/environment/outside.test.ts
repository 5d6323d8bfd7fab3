import { chmodSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import {
  isInside,
  named,
  outside,
  resolvedFolders,
  safeVariables,
  searchPath,
  which,
} from "../../../extension/src/environment/outside";

let machine: string;
let workspace: string;

function program(path: string): string {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "");
  chmodSync(path, 0o755);
  return path;
}

beforeEach(() => {
  machine = realpathSync(mkdtempSync(join(tmpdir(), "smysl-outside-")));
  workspace = join(machine, "code", "site");
  mkdirSync(workspace, { recursive: true });
});

test("a folder is inside itself, a neighbour with a longer name is not", () => {
  expect(isInside("/code/site", "/code/site")).toBe(true);
  expect(isInside("/code/site", "/code/site/.venv/bin/python")).toBe(true);
  expect(isInside("/code/site", "/code/site-packages/python")).toBe(false);
  expect(isInside("/code/site", "/code")).toBe(false);
  expect(isInside("/code/site", "/code/site/..python")).toBe(true);
});

test("a program in the workspace is not executed", () => {
  expect(outside(program(join(workspace, "python")), [workspace])).toBeUndefined();
});

test("the link of a virtual environment in the workspace is followed to the Python outside", () => {
  const python = program(join(machine, "usr", "python3.12"));
  const link = join(workspace, ".venv", "bin", "python");
  mkdirSync(join(link, ".."), { recursive: true });
  symlinkSync(python, link);
  expect(outside(link, [workspace])).toBe(python);
});

test("a link outside that leads into the workspace is not executed", () => {
  const link = join(machine, "bin", "python");
  mkdirSync(join(link, ".."));
  symlinkSync(program(join(workspace, "evil")), link);
  expect(outside(link, [workspace])).toBeUndefined();
});

test("a link outside keeps its name: shims look at how they are called", () => {
  const shim = join(machine, "shims", "python3");
  mkdirSync(join(shim, ".."));
  symlinkSync(program(join(machine, "bin", "mise")), shim);
  expect(outside(shim, [workspace])).toBe(shim);
});

test("a workspace opened through a link is the same workspace", () => {
  const link = join(machine, "link");
  symlinkSync(workspace, link);
  expect(outside(program(join(workspace, "python")), resolvedFolders([link]))).toBeUndefined();
});

test("relative folders, empty ones and those in the workspace drop out of the search path", () => {
  const path = [".", "", "/usr/bin", join(workspace, ".venv", "bin"), "/bin"].join(delimiter);
  expect(searchPath(path, [workspace])).toEqual(["/usr/bin", "/bin"]);
  expect(searchPath(undefined, [workspace])).toEqual([]);
});

test("a program is found by name, but never in the workspace", () => {
  program(join(workspace, "bin", "uv"));
  const uv = program(join(machine, "bin", "uv"));
  const env = { PATH: [join(workspace, "bin"), join(machine, "bin")].join(delimiter) };
  expect(which("uv", env, [workspace])).toBe(uv);
  expect(which("uv", {}, [workspace])).toBeUndefined();
  expect(which("uv", {}, [workspace], [join(machine, "bin")])).toBe(uv);
});

test("what the person names by its whole path is their own word; a bare name leads to nothing of the workspace", () => {
  const own = program(join(workspace, ".venv", "bin", "smysl"));
  const env = { PATH: join(workspace, ".venv", "bin") };
  expect(named(own, env, machine, [workspace])).toBe(own);
  expect(named("smysl", env, machine, [workspace])).toBeUndefined();
  expect(named("~/code/site/.venv/bin/smysl", env, machine, [workspace])).toBe(own);
});

test("a file that cannot be executed, and a folder, are no programs", () => {
  const text = join(machine, "text");
  writeFileSync(text, "");
  expect(named(text, {}, machine, [])).toBeUndefined();
  expect(named(workspace, {}, machine, [])).toBeUndefined();
});

test("a program of ours sees no other Python's variables", () => {
  const env = { PATH: "/usr/bin", PYTHONPATH: workspace, PYTHONSTARTUP: "x", VIRTUAL_ENV: "v", PIP_INDEX_URL: "i" };
  expect(safeVariables(env, [workspace])).toEqual({ PATH: "/usr/bin", PIP_INDEX_URL: "i" });
});
