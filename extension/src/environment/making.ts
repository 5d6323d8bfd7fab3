import type { Log } from "../server/server";
import { lastWords, readStep, readTrouble, type Step } from "./installer";
import type { Interpreter } from "./interpreter";
import { pythonOf, removeEnvironment } from "./layout";
import type { Outcome, Runner } from "./runner";
import { SetUpError } from "./trouble";

export interface Making {
  /** Does not exist yet. */
  readonly folder: string;
  /** Undefined only with uv, which then brings a Python of its own. */
  readonly interpreter: Interpreter | undefined;
  /** The path of uv, or undefined. */
  readonly uv: string | undefined;
  readonly wheel: string;
  /** The versions that were tested, in the form of pip's constraints. */
  readonly constraints: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly run: Runner;
  readonly log: Log;
  readonly onStep: (step: Step) => void;
}

/** A download that broke off goes on from what the installer's cache has, so it is worth some tries, if any came. */
const TRIES = 3;

/**
 * Make a virtual environment with the wheel and all it needs, and see that it starts.
 * With uv where there is one, else, or if uv fails, with `venv` and pip. Throws SetUpError.
 */
export async function makeEnvironment(making: Making, signal: AbortSignal): Promise<void> {
  const { uv, interpreter, folder, log } = making;
  if (uv !== undefined) {
    try {
      await makeWithUv(making, uv, signal);
      await check(making, signal);
      return;
    } catch (error) {
      // uv does not read pip's settings: where pip has its own index or proxy, pip may reach it when uv cannot.
      if (!(error instanceof SetUpError) || error.trouble === "disk-full" || !interpreter?.makesEnvironments) {
        throw error;
      }
      log.warn(`uv could not do it, pip will try: ${error.message}`);
      await removeEnvironment(folder);
    }
  }
  if (!interpreter) {
    throw new SetUpError("python-missing");
  }
  await makeWithPip(making, interpreter, signal);
  await check(making, signal);
}

async function makeWithUv(making: Making, uv: string, signal: AbortSignal): Promise<void> {
  const { folder, interpreter, wheel, constraints, onStep } = making;
  onStep({ kind: "making" });
  const python = interpreter?.executable ?? ">=3.10,<3.15";
  await succeed(making, uv, ["venv", "--no-project", "--python", python, folder], signal);
  const install = ["pip", "install", "--python", pythonOf(folder, making.platform), wheel];
  await installWith(making, uv, install, ["--constraint", constraints], signal);
}

async function makeWithPip(making: Making, interpreter: Interpreter, signal: AbortSignal): Promise<void> {
  const { folder, wheel, constraints, onStep } = making;
  onStep({ kind: "making" });
  await succeed(making, interpreter.executable, ["-I", "-m", "venv", folder], signal);
  // Python compiles what it imports when it first does: a quarter of the packages, in a third of the time of all.
  const install = [
    ...["-I", "-X", "utf8", "-m", "pip", "install", "--no-input", "--disable-pip-version-check"],
    ...["--no-compile", "--progress-bar", "off", "--prefer-binary", wheel],
  ];
  await installWith(making, pythonOf(folder, making.platform), install, ["--constraint", constraints], signal);
}

/** The tested versions first; where an index does not have them, or not for this Python, those that it has. */
async function installWith(
  making: Making,
  program: string,
  args: readonly string[],
  tested: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  try {
    await insist(making, program, [...args, ...tested], signal);
  } catch (error) {
    if (!(error instanceof SetUpError) || error.trouble !== "not-installed") {
      throw error;
    }
    making.log.warn(`The tested versions cannot be installed, others may be: ${error.detail}`);
    await insist(making, program, args, signal);
  }
}

async function insist(making: Making, program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    let downloads = 0;
    const onStep = (step: Step): void => {
      downloads += step.kind === "downloading" ? 1 : 0;
      making.onStep(step);
    };
    try {
      await succeed({ ...making, onStep }, program, args, signal);
      return;
    } catch (error) {
      if (!(error instanceof SetUpError) || error.trouble !== "offline" || downloads === 0 || tries === TRIES) {
        throw error;
      }
      making.log.warn(`A download broke off, it goes on: ${error.detail}`);
    }
  }
}

async function check(making: Making, signal: AbortSignal): Promise<void> {
  making.onStep({ kind: "checking" });
  const { folder, platform } = making;
  await succeed(making, pythonOf(folder, platform), ["-I", "-X", "utf8", "-m", "smysl", "--version"], signal);
}

async function succeed(
  making: Making,
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Outcome> {
  const { cwd, run, log, onStep } = making;
  log.info([program, ...args].join(" "));
  const outcome = await run({
    ...{ executable: program, args, cwd, signal },
    env: installerVariables(making.env),
    onLine: (line) => {
      log.info(line);
      const step = readStep(line);
      if (step) {
        onStep(step);
      }
    },
  });
  if (outcome.status !== 0) {
    throw new SetUpError(readTrouble(outcome.output), lastWords(outcome.output));
  }
  return outcome;
}

/** The person's own settings of pip and uv hold, but for those that would install elsewhere or ask. */
function installerVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/^PIP_(TARGET|PREFIX|ROOT|REQUIRE_VIRTUALENV|DRY_RUN)$/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    ...{ PIP_USER: "0", PIP_NO_INPUT: "1", PIP_RESUME_RETRIES: "5", UV_NO_PROGRESS: "1", NO_COLOR: "1" },
  };
}
