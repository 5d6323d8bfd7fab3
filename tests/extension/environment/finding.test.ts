import { symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { findPython, type Search } from "../../../extension/src/environment/finding";
import type { Outcome } from "../../../extension/src/environment/runner";
import { answer, failed, folder, program, scripted, silent } from "./fakes";

const { signal } = new AbortController();
let machine: string;
let workspace: string;

beforeEach(() => {
  machine = folder();
  workspace = folder();
});

/** A search in a world where these programs answer so; any other says nothing. */
function search(answers: Record<string, Outcome>, changes: Partial<Search> = {}) {
  const { run, runs } = scripted(({ executable }) => answers[executable] ?? failed("not a program"));
  const path = ["first", "second"].map((name) => join(machine, name)).join(delimiter);
  const parts: Search = {
    setting: "",
    active: () => Promise.resolve(undefined),
    folders: [workspace],
    env: { PATH: path },
    home: join(machine, "home"),
    cwd: machine,
    platform: "linux",
    hasUv: false,
    run,
    log: silent,
    ...changes,
  };
  return { parts, runs, find: () => findPython(parts, signal) };
}

test("the first Python of the search path that will do is taken", async () => {
  const old = program(machine, "first", "python3");
  const good = program(machine, "second", "python3");
  const { find } = search({ [old]: answer(old, 9), [good]: answer(good, 12) });
  expect(await find()).toMatchObject({ executable: good, minor: 12 });
});

test("the interpreter of the Python extension goes before the search path", async () => {
  const onPath = program(machine, "first", "python3");
  const active = program(machine, "conda", "bin", "python");
  const { find } = search(
    { [onPath]: answer(onPath), [active]: answer("/conda/python") },
    { active: () => Promise.resolve(active) },
  );
  expect(await find()).toMatchObject({ executable: "/conda/python" });
});

test("of a virtual environment in the workspace only the Python it leads to is run", async () => {
  const base = program(machine, "usr", "python3.12");
  program(workspace, ".venv", "pyvenv.cfg");
  const active = join(workspace, "python");
  symlinkSync(base, active);
  const { find, runs } = search({ [base]: answer(base) }, { active: () => Promise.resolve(active) });
  expect(await find()).toMatchObject({ executable: base });
  expect(runs.every((run) => !run.includes(workspace))).toBe(true);
});

test("a Python that lies in the workspace is not run, wherever it is named", async () => {
  const evil = program(workspace, "bin", "python3");
  const { find, runs } = search(
    { [evil]: answer(evil) },
    { env: { PATH: join(workspace, "bin") }, active: () => Promise.resolve(evil) },
  );
  await expect(find()).rejects.toMatchObject({ name: "SetUpError" });
  expect(runs.filter((run) => run.startsWith(workspace))).toEqual([]);
});

test("the setting is the person's word: nothing else is tried", async () => {
  const named = program(machine, "opt", "python");
  const onPath = program(machine, "first", "python3");
  const { find, runs } = search({ [named]: answer(named, 8), [onPath]: answer(onPath) }, { setting: named });
  await expect(find()).rejects.toMatchObject({
    trouble: "python-unusable",
    detail: named,
    cause: `${named}: it is Python 3.8; 3.10 or later is needed`,
  });
  expect(runs).toHaveLength(1);
});

test("the setting may be a name, or begin with the home folder", async () => {
  const named = program(machine, "second", "python3.13");
  expect(await search({ [named]: answer(named, 13) }, { setting: "python3.13" }).find()).toMatchObject({ minor: 13 });
  const home = program(machine, "home", "py", "python");
  expect(await search({ [home]: answer(home) }, { setting: "~/py/python" }).find()).toMatchObject({ executable: home });
});

test("a Python without venv is named by the package it lacks, unless uv is there", async () => {
  const bare = program(machine, "first", "python3");
  const answers = { [bare]: answer(bare, 11, { venv: false }) };
  await expect(search(answers).find()).rejects.toMatchObject({ trouble: "venv-missing", detail: "python3.11-venv" });
  expect(await search(answers, { hasUv: true }).find()).toMatchObject({ executable: bare });
});

test("a Python without venv does not hide a later one that has it", async () => {
  const bare = program(machine, "first", "python3");
  const good = program(machine, "second", "python3");
  const { find } = search({ [bare]: answer(bare, 11, { venv: false }), [good]: answer(good) });
  expect(await find()).toMatchObject({ executable: good });
});

test("the launcher of Windows is asked before the search path", async () => {
  const py = program(machine, "first", "py.exe");
  const python = program(machine, "Python313", "python.exe");
  const list: Outcome = { status: 0, stdout: ` -V:3.13 *        ${python}`, output: "" };
  const { find } = search(
    { [py.replace(/\.exe$/, "")]: list, [py]: list, [python]: answer(python, 13) },
    { platform: "win32" },
  );
  if (process.platform === "win32") {
    expect(await find()).toMatchObject({ executable: python });
  } else {
    // Elsewhere programs have no ending, so the launcher has none.
    program(machine, "first", "py");
    expect(await find()).toMatchObject({ executable: python });
  }
});

test("a search that is called off ends", async () => {
  program(machine, "first", "python3");
  const { parts } = search({});
  await expect(findPython(parts, AbortSignal.abort(new Error("off")))).rejects.toThrow("off");
});
