import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { ServerEnvironment, type EnvironmentParts } from "../../../extension/src/environment/environment";
import type { Step } from "../../../extension/src/environment/installer";
import { Layout, writeStamp } from "../../../extension/src/environment/layout";
import type { Run } from "../../../extension/src/environment/runner";
import { SetUpError } from "../../../extension/src/environment/trouble";
import { answer, done, failed, folder, program, scripted, silent } from "./fakes";

const { signal } = new AbortController();
let root: string;
let machine: string;
let workspace: string;

beforeEach(() => {
  [root, machine, workspace] = [folder(), folder(), folder()];
  program(machine, "bin", "python3");
  writeFileSync(join(machine, "smysl.whl"), "the wheel");
  writeFileSync(join(machine, "requirements.txt"), "numpy==2.0");
});

/** As venv and pip would: the environment gets its Python first, the packages later. */
function install(run: Run) {
  if (run.args.includes("-c")) {
    return answer(run.executable);
  }
  if (run.args.includes("venv")) {
    program(run.args.at(-1) ?? "", "bin", "python");
  }
  return done;
}

function world(changes: Partial<EnvironmentParts> = {}, script: Parameters<typeof scripted>[0] = install) {
  const { run, runs } = scripted(script);
  const steps: Step["kind"][] = [];
  const environment = new ServerEnvironment({
    layout: new Layout(root),
    wheel: join(machine, "smysl.whl"),
    constraints: join(machine, "requirements.txt"),
    settings: () => ({ pythonPath: "", serverCommand: [] }),
    workspaceFolders: () => [workspace],
    activeInterpreter: () => Promise.resolve(undefined),
    show: (work, outer) => work(outer, (step) => steps.push(step.kind)),
    env: { PATH: join(machine, "bin") },
    home: join(machine, "home"),
    platform: "linux",
    run,
    log: silent,
    ...changes,
  });
  return { environment, runs, steps };
}

const environments = () => readdirSync(join(root, "environments"));

test("from nothing an environment is made, and the server is started with its Python, outside the workspace", async () => {
  const { environment, steps } = world({ env: { PATH: join(machine, "bin"), PYTHONPATH: workspace } });
  const command = await environment.command(signal);
  expect(environments()).toHaveLength(1);
  expect(command).toEqual({
    executable: join(root, "environments", environments()[0] ?? "", "bin", "python"),
    args: ["-I", "-X", "utf8", "-m", "smysl", "lsp"],
    cwd: root,
    env: { PATH: join(machine, "bin") },
  });
  expect(steps[0]).toBe("looking");
});

test("what is there is used without a word", async () => {
  await world().environment.command(signal);
  const { environment, runs, steps } = world();
  await environment.command(signal);
  expect([runs, steps]).toEqual([[], []]);
});

test("two windows make one environment", async () => {
  const [one, two] = [world(), world()];
  const commands = await Promise.all([one.environment.command(signal), two.environment.command(signal)]);
  expect(commands[0].executable).toBe(commands[1].executable);
  expect(environments()).toHaveLength(1);
  expect(one.runs.length * two.runs.length).toBe(0);
});

test("an upgrade replaces the environment, and the old one goes", async () => {
  const old = world();
  const before = await old.environment.command(signal);
  await old.environment.release();
  writeFileSync(join(machine, "smysl.whl"), "the next wheel");
  const after = await world().environment.command(signal);
  expect(after.executable).not.toBe(before.executable);
  await vi.waitFor(() => {
    expect(environments()).toEqual([basename(dirname(dirname(after.executable)))]);
  });
});

test("an old environment stays while another window runs its server", async () => {
  const before = await world().environment.command(signal);
  const unused = join(root, "environments", "unused");
  mkdirSync(unused);
  await writeStamp(unused, { key: "unused", python: "", setting: "" });
  writeFileSync(join(machine, "smysl.whl"), "the next wheel");
  await world().environment.command(signal);
  await vi.waitFor(() => {
    expect(existsSync(unused)).toBe(false);
  });
  expect(existsSync(before.executable)).toBe(true);
});

test("a set-up that fails leaves nothing, and the next one begins anew", async () => {
  const full = (run: Run) => (run.args.includes("pip") ? failed("No space left on device") : install(run));
  await expect(world({}, full).environment.command(signal)).rejects.toMatchObject({ trouble: "disk-full" });
  expect(environments()).toEqual([]);
  await world().environment.command(signal);
  expect(environments()).toHaveLength(1);
});

test("what a killed window left half made is thrown away", async () => {
  await world().environment.command(signal);
  const key = (environments()[0] ?? "").split("-")[0] ?? "";
  await world().environment.discard();
  const half = join(root, "environments", `${key}-half`);
  mkdirSync(join(half, "bin"), { recursive: true });
  writeFileSync(join(half, "bin", "python"), "");
  const { executable } = await world().environment.command(signal);
  expect(executable).not.toContain("-half");
  expect(existsSync(half)).toBe(false);
});

test("called off while another window is at it, the lock stays with the other", async () => {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const slow = world({}, async (run) => {
    if (run.args.includes("pip")) {
      begin();
      await finished;
    }
    return install(run);
  });
  const first = slow.environment.command(signal);
  await begun;
  const cancelling = new AbortController();
  const waiting = world({
    show: (work) =>
      work(cancelling.signal, ({ kind }) => {
        if (kind === "waiting") {
          cancelling.abort();
        }
      }).catch(() => {
        throw new SetUpError("cancelled");
      }),
  });
  await expect(waiting.environment.command(signal)).rejects.toMatchObject({ trouble: "cancelled" });
  finish();
  expect(existsSync((await first).executable)).toBe(true);
});

test("the person's own command is taken as it is, and nothing is installed", async () => {
  const server = program(machine, "opt", "smysl");
  const { environment, runs } = world({ settings: () => ({ pythonPath: "", serverCommand: [server, "lsp"] }) });
  expect(await environment.command(signal)).toMatchObject({ executable: server, args: ["lsp"], cwd: root });
  expect(runs).toEqual([]);
});

test("a command that is not there, or lies in the workspace, is refused by its name", async () => {
  program(workspace, "bin", "smysl");
  const env = { PATH: join(workspace, "bin") };
  const { environment } = world({ env, settings: () => ({ pythonPath: "", serverCommand: ["smysl", "lsp"] }) });
  await expect(environment.command(signal)).rejects.toMatchObject({ trouble: "command-missing", detail: "smysl" });
});

test("another Python in the setting makes another environment", async () => {
  const before = await world().environment.command(signal);
  const python = program(machine, "opt", "python3.13");
  const { environment } = world({ settings: () => ({ pythonPath: python, serverCommand: [] }) });
  expect((await environment.command(signal)).executable).not.toBe(before.executable);
});
