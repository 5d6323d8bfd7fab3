import { expect, test } from "vitest";
import { Crashes } from "../../../extension/src/server/crashes";
import { Server, type ServerParts, type Session } from "../../../extension/src/server/server";
import { ServerCrashed, ServerStopped, type Command } from "../../../extension/src/server/states";

const command: Command = { executable: "smysl", args: ["lsp"], cwd: "/", env: {} };

/** A world in which every start is recorded and can be ended at will. */
function world(changes: Partial<ServerParts> = {}) {
  const opened: { crash: () => void; closed: boolean }[] = [];
  const parts: ServerParts = {
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    crashes: new Crashes(),
    prepare: () => Promise.resolve(command),
    open: (_command, _handlers, onClosed) => {
      const record = { crash: onClosed, closed: false };
      opened.push(record);
      const session: Session = {
        request: <R>(method: string) => Promise.resolve(`${method} of ${opened.indexOf(record)}` as R),
        notify: () => Promise.resolve(),
        close: () => {
          record.closed = true;
          return Promise.resolve();
        },
      };
      return Promise.resolve(session);
    },
    sleep: () => Promise.resolve(),
    ...changes,
  };
  return { server: new Server(parts), opened };
}

function reached(server: Server, kind: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (server.state.kind === kind) {
        listening.dispose();
        resolve();
      }
    };
    const listening = server.onDidChangeState(look);
    look();
  });
}

test("a request made before the server runs is answered when it does", async () => {
  const { server } = world();
  void server.start();
  expect(await server.request("smysl/search", {})).toBe("smysl/search of 0");
});

test("a restart closes the old server before the new one is opened", async () => {
  const { server, opened } = world();
  await server.start();
  await server.restart();
  expect(opened.map((session) => session.closed)).toEqual([true, false]);
});

test("a crashed server is started again three times, then it says so", async () => {
  const { server, opened } = world();
  await server.start();
  for (const start of [0, 1, 2]) {
    opened[start]?.crash();
    await reached(server, "running");
  }
  opened[3]?.crash();
  expect(opened).toHaveLength(4);
  expect(server.state).toMatchObject({ kind: "failed", reason: expect.any(ServerCrashed) as unknown });
  await expect(server.request("smysl/search", {})).rejects.toBeInstanceOf(ServerCrashed);
});

test("a server that cannot even start counts as crashed", async () => {
  let starts = 0;
  const { server } = world({
    open: () => {
      starts += 1;
      return Promise.reject(new Error("no such file"));
    },
  });
  await server.start();
  await reached(server, "failed");
  expect(starts).toBe(4);
});

test("what could not be prepared is told and not tried again", async () => {
  let tries = 0;
  const { server } = world({
    prepare: () => {
      tries += 1;
      return Promise.reject(new Error("no Python"));
    },
  });
  await server.start();
  expect(server.state).toMatchObject({ kind: "failed", reason: { message: "no Python" } });
  expect(tries).toBe(1);
});

test("stopping calls a preparation off and opens nothing", async () => {
  const { server, opened } = world({
    prepare: (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          reject(new Error("called off"));
        });
      }),
  });
  void server.start();
  await reached(server, "preparing");
  await server.stop();
  expect(server.state.kind).toBe("stopped");
  expect(opened).toHaveLength(0);
});

test("stopping wins over a restart that was asked for before it", async () => {
  const { server, opened } = world();
  const asked = [server.start(), server.restart(), server.stop()];
  await Promise.all(asked);
  expect(server.state.kind).toBe("stopped");
  expect(opened.every((session) => session.closed)).toBe(true);
  await expect(server.request("smysl/search", {})).rejects.toBeInstanceOf(ServerStopped);
});
