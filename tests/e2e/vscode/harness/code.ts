import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { until } from "./deadline";
import { emptyFolder, vscodeServer, VSIX } from "./places";
import { processesWith, type Process } from "./processes";

export interface CodeOptions {
  /** Installed before the start; the packed extension unless told, null for none. */
  readonly vsix?: string | null;
  /** What a person wrote into the user's settings. */
  readonly userSettings?: Record<string, unknown>;
  /** Settings of scope machine count here only: the server is a remote one. */
  readonly machineSettings?: Record<string, unknown>;
  /** Added to a small environment, or taken out of it with undefined. */
  readonly env?: NodeJS.ProcessEnv;
  /** Ask about trust as VS Code does for a person. Not with tests in the extension host. */
  readonly askForTrust?: boolean;
  /** A home that an earlier Code left (`stop({ keepHome: true })`); a new one unless told. */
  readonly home?: string;
}

const QUIET = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.enableExperiments": false,
  "workbench.reduceMotion": "on",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "editor.hover.delay": 100,
};

/** A VS Code server with a home, a temporary folder and extensions of its own. */
export class Code {
  private constructor(
    readonly home: string,
    readonly port: number,
    private readonly process: ChildProcess,
  ) {}

  static async start(options: CodeOptions = {}): Promise<Code> {
    const home = options.home ?? emptyFolder("home");
    for (const folder of ["data/User", "data/Machine", "extensions", "tmp"]) {
      mkdirSync(join(home, folder), { recursive: true });
    }
    writeSettings(home, "User", {
      ...QUIET,
      "security.workspace.trust.enabled": options.askForTrust ?? false,
      ...options.userSettings,
    });
    writeSettings(home, "Machine", options.machineSettings ?? {});
    const env = environment(home, options.env);
    const vsix = options.vsix === undefined ? VSIX : options.vsix;
    if (vsix !== null) {
      await install(home, env, vsix);
    }
    const port = await freePort();
    const process = launch(home, env, [
      ...["--host", "127.0.0.1", "--port", String(port), "--without-connection-token", "--telemetry-level", "off"],
      // The variables are those given here, not what a login shell of this machine would make of them.
      "--force-disable-user-env",
      ...(options.askForTrust ? [] : ["--disable-workspace-trust", "--enable-smoke-test-driver"]),
    ]);
    const code = new Code(home, port, process);
    await until("VS Code's server answers", () => code.answers());
    return code;
  }

  /** The address of a window on this folder. */
  url(folder: string): string {
    return `http://127.0.0.1:${this.port}/?folder=${encodeURIComponent(folder)}`;
  }

  /** Where the extension keeps what it makes. */
  get globalStorage(): string {
    return join(this.home, "data", "User", "globalStorage", "smysl.smysl");
  }

  /** Processes started by this VS Code whose command line holds the text. */
  processes(holding = ""): Process[] {
    return processesWith("SMYSL_E2E_HOME", this.home).filter((process) => process.command.includes(holding));
  }

  setMachineSettings(settings: Record<string, unknown>): void {
    writeSettings(this.home, "Machine", settings);
  }

  async stop({ keepHome = false } = {}): Promise<void> {
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    await gone;
    await until("VS Code left no process", () => this.processes().length === 0).catch((error: unknown) => {
      const left = this.processes();
      for (const { pid } of left) {
        process.kill(pid, "SIGKILL");
      }
      throw new Error(`Left behind: ${left.map(({ command }) => command).join("; ")}`, { cause: error });
    });
    if (!keepHome) {
      rmSync(this.home, { recursive: true, force: true });
    }
  }

  private async answers(): Promise<boolean> {
    return (await fetch(`http://127.0.0.1:${this.port}/version`)).ok;
  }
}

function writeSettings(home: string, kind: "User" | "Machine", settings: Record<string, unknown>): void {
  writeFileSync(join(home, "data", kind, "settings.json"), JSON.stringify(settings, undefined, 2));
}

/** Little of this machine's environment: what finds programs, and how pip reaches its index here. */
function environment(home: string, changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const passed = Object.entries(process.env).filter(([name]) => name === "PATH" || /^(PIP|SSL)_/.test(name));
  const pipConfig = process.env["PIP_CONFIG_FILE"] ?? userPipConfig();
  return {
    ...Object.fromEntries(passed),
    HOME: home,
    TMPDIR: join(home, "tmp"),
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_CACHE_HOME: join(home, "cache"),
    XDG_DATA_HOME: join(home, "share"),
    LANG: "C.UTF-8",
    SHELL: "/bin/sh",
    SMYSL_E2E_HOME: home,
    ...(pipConfig ? { PIP_CONFIG_FILE: pipConfig } : {}),
    ...changes,
  };
}

/** Homes are new here, so the settings of pip that a person keeps in theirs are named. */
function userPipConfig(): string | undefined {
  const home = process.env["HOME"] ?? "";
  const places = [
    join(process.env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "pip/pip.conf"),
    join(home, ".pip/pip.conf"),
  ];
  return places.find((place) => {
    try {
      return readFileSync(place, "utf8") !== "";
    } catch {
      return false;
    }
  });
}

async function install(home: string, env: NodeJS.ProcessEnv, vsix: string): Promise<void> {
  const child = launch(home, env, ["--install-extension", vsix, "--force"]);
  const status = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (status !== 0) {
    throw new Error(`${vsix} could not be installed:\n${readFileSync(join(home, "server.log"), "utf8")}`);
  }
}

function launch(home: string, env: NodeJS.ProcessEnv, args: readonly string[]): ChildProcess {
  const log = openSync(join(home, "server.log"), "a");
  const folders = ["--user-data-dir", join(home, "data"), "--server-data-dir", join(home, "server")];
  return spawn(
    process.execPath,
    [
      join(vscodeServer(), "out", "server-main.js"),
      ...folders,
      ...["--extensions-dir", join(home, "extensions"), "--accept-server-license-terms"],
      ...args,
    ],
    { cwd: home, env, stdio: ["ignore", log, log] },
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === "object" && address ? address.port : 0);
      });
    });
  });
}
