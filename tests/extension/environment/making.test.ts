import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Step } from "../../../extension/src/environment/installer";
import { makeEnvironment, type Making } from "../../../extension/src/environment/making";
import type { Outcome, Run } from "../../../extension/src/environment/runner";
import { done, failed, folder, scripted, silent } from "./fakes";

const { signal } = new AbortController();
const python = { executable: "/usr/bin/python3", major: 3, minor: 12, makesEnvironments: true };
const offline = failed("Connection refused\nERROR: gave up");
const brokenOff = failed(
  "Downloading rich-15.0.0-py3-none-any.whl (310 kB)\nConnection broken: IncompleteRead(1 bytes read)\nERROR: gave up",
);
let root: string;

beforeEach(() => {
  root = folder();
});

function making(script: (run: Run) => Outcome, changes: Partial<Making> = {}) {
  const { run, runs } = scripted(script);
  const steps: Step["kind"][] = [];
  const parts: Making = {
    folder: join(root, "new"),
    interpreter: python,
    uv: undefined,
    wheel: "/ext/smysl.whl",
    constraints: "/ext/requirements.txt",
    cwd: root,
    env: { PATH: "/usr/bin", PIP_TARGET: "/elsewhere", PIP_INDEX_URL: "http://index" },
    platform: "linux",
    run,
    log: silent,
    onStep: (step) => steps.push(step.kind),
    ...changes,
  };
  return { make: () => makeEnvironment(parts, signal), runs, steps };
}

const installs = (runs: readonly string[]) => runs.filter((run) => run.includes("pip install"));

test("with venv and pip: make, install the tested versions, see that it starts", async () => {
  const { make, runs } = making(() => done);
  await make();
  const inside = join(root, "new", "bin", "python");
  expect(runs[0]).toBe(`/usr/bin/python3 -I -m venv ${join(root, "new")}`);
  expect(runs[1]).toMatch(/ -m pip install .*\/ext\/smysl\.whl --constraint \/ext\/requirements\.txt$/);
  expect(runs[2]).toBe(`${inside} -I -X utf8 -m smysl --version`);
  expect(runs).toHaveLength(3);
});

test("the person's index holds, their folder for packages does not", async () => {
  const seen: NodeJS.ProcessEnv[] = [];
  const { make } = making((run) => {
    seen.push(run.env);
    return done;
  });
  await make();
  expect(seen[1]).toMatchObject({ PIP_INDEX_URL: "http://index", PIP_USER: "0" });
  expect(seen[1]).not.toHaveProperty("PIP_TARGET");
});

test("the steps are told as they come", async () => {
  const output = "  Downloading numpy-2.0-py3.whl (16.6 MB)\nInstalling collected packages: numpy";
  const { make, steps } = making((run) => (run.args.includes("pip") ? { ...done, output } : done));
  await make();
  expect(steps).toEqual(["making", "downloading", "unpacking", "checking"]);
});

test("a download that broke off goes on, twice", async () => {
  let tries = 0;
  const { make, runs } = making((run) => (run.args.includes("pip") && (tries += 1) < 3 ? brokenOff : done));
  await make();
  expect(installs(runs)).toHaveLength(3);
});

test("without a network it ends at once and says so, with a bad one after three tries", async () => {
  for (const [outcome, tries] of [[offline, 1] as const, [brokenOff, 3] as const]) {
    const { make, runs } = making((run) => (run.args.includes("pip") ? outcome : done));
    await expect(make()).rejects.toMatchObject({ trouble: "offline", detail: "ERROR: gave up" });
    expect(installs(runs)).toHaveLength(tries);
  }
});

test("where the tested versions are not to be had, others are taken", async () => {
  const none = failed("ERROR: No matching distribution found for numpy==2.3.1");
  const { make, runs } = making((run) => (run.args.includes("--constraint") ? none : done));
  await make();
  expect(installs(runs).map((run) => run.includes("--constraint"))).toEqual([true, false]);
});

test("a full disk is told at once", async () => {
  const full = failed("ERROR: [Errno 28] No space left on device");
  const { make, runs } = making((run) => (run.args.includes("pip") ? full : done));
  await expect(make()).rejects.toMatchObject({ trouble: "disk-full" });
  expect(installs(runs)).toHaveLength(1);
});

test("an environment that does not start is not whole", async () => {
  const broken = failed("ImportError: libstdc++.so.6: version not found");
  const { make } = making((run) => (run.args.includes("--version") ? broken : done));
  await expect(make()).rejects.toMatchObject({ trouble: "not-installed", detail: /libstdc/ });
});

test("uv is used where there is one", async () => {
  const { make, runs } = making(() => done, { uv: "/bin/uv" });
  await make();
  expect(runs[0]).toMatch(/^\/bin\/uv venv .*--python \/usr\/bin\/python3 /);
  expect(runs[1]).toMatch(/^\/bin\/uv pip install /);
  expect(runs).toHaveLength(3);
});

test("what uv cannot reach, pip may", async () => {
  const { make, runs } = making((run) => (run.executable === "/bin/uv" ? failed("dns error") : done), {
    uv: "/bin/uv",
  });
  await make();
  expect(runs.at(-2)).toMatch(/-m pip install/);
});

test("without a Python uv brings one; without both there is none", async () => {
  const { make, runs } = making(() => done, { uv: "/bin/uv", interpreter: undefined });
  await make();
  expect(runs[0]).toContain("--python >=3.10");
  await expect(making(() => done, { interpreter: undefined }).make()).rejects.toMatchObject({
    trouble: "python-missing",
  });
});
