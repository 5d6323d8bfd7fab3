import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { runProgram } from "../../extension/src/environment/runner";
import { isAlive } from "../../extension/src/environment/lock";
import { end, taskkill } from "../../extension/src/processes";

const { signal } = new AbortController();
const around = { cwd: process.cwd(), env: process.env, signal };
const node = (code: string) => ({ ...around, executable: process.execPath, args: ["-e", code] });

async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("a program's lines come one by one, its streams apart and together", async () => {
  const lines: string[] = [];
  const outcome = await runProgram({
    ...node("console.log('смысл'); console.error('trouble'); process.exitCode = 3"),
    onLine: (line) => lines.push(line),
  });
  expect(outcome).toMatchObject({ status: 3, stdout: "смысл" });
  expect(lines.sort()).toEqual(["trouble", "смысл"].sort());
});

test("a program that is not there ends with a reason, not with an exception", async () => {
  const outcome = await runProgram({ ...around, executable: "/nowhere/python", args: [] });
  expect(outcome).toMatchObject({ status: null, output: /ENOENT/ });
});

test("a program that is called off is gone with all it started", async () => {
  const calling = new AbortController();
  let grandchild = 0;
  const code = `
    const { spawn } = require("node:child_process");
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
    console.log(child.pid);
    setInterval(() => {}, 1000);`;
  const running = runProgram({
    ...node(code),
    signal: calling.signal,
    onLine: (line) => {
      grandchild = Number(line);
      calling.abort(new Error("called off"));
    },
  });
  await expect(running).rejects.toThrow("called off");
  await gone(grandchild);
});

test("a process that does not listen is killed when patience ends", async () => {
  const child = spawn(process.execPath, ["-e", "console.log('up'); setInterval(() => {}, 1000)"], { detached: true });
  await once(child.stdout, "data");
  await end(child, 50);
  expect(child.signalCode).toBe("SIGKILL");
});

test("a process that ends when its input does is not killed", async () => {
  const child = spawn(process.execPath, ["-e", "console.log('up'); process.stdin.resume()"], { detached: true });
  await once(child.stdout, "data");
  await end(child, 10_000);
  expect(child.exitCode).toBe(0);
});

test("Windows ends processes by its own program, not by one of that name in the current folder", () => {
  const [program, args] = taskkill(42, { SystemRoot: "D:\\Windows" });
  expect(program).toBe("D:\\Windows\\System32\\taskkill.exe");
  expect(args).toEqual(["/pid", "42", "/T", "/F"]);
  expect(taskkill(42, {})[0]).toBe("C:\\Windows\\System32\\taskkill.exe");
});
