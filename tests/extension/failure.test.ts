import { describe, expect, it } from "vitest";
import { SetUpError } from "../../extension/src/environment/trouble";
import { failureOfRequest } from "../../extension/src/failure";
import { isCancelled } from "../../extension/src/methods";
import { ServerCrashed, ServerStopped } from "../../extension/src/server/states";

const failed = (code: number, message: string, data?: unknown) => Object.assign(new Error(message), { code, data });

describe("a request that fails", () => {
  it("is told in the server's words, with its advice", () => {
    const error = failed(-32803, "The model is gone.", { kind: "ModelMissing", advice: "Pull it." });
    expect(failureOfRequest(error)).toEqual({
      text: "The model is gone. Pull it.",
      button: "Show Log",
      way: { does: "showLog" },
    });
  });

  it("is told as the reason why there is no server, with what helps then", () => {
    expect(failureOfRequest(new SetUpError("python-missing", "/usr/bin/python3: it is Python 3.8"))).toMatchObject({
      text: expect.stringMatching(/^Smysl needs Python 3.10/) as string,
      way: { does: "choosePython" },
    });
    expect(failureOfRequest(new ServerCrashed("often"))).toMatchObject({ way: { does: "showLog" } });
    expect(failureOfRequest(new ServerStopped("stopped"))).toEqual({
      text: "Smysl is stopped",
      button: "Restart the server",
      way: { does: "again" },
    });
  });

  it("is told in words where the server went before it answered", () => {
    expect(failureOfRequest(failed(-32097, "Pending response rejected since connection got disposed")).text).toBe(
      "The server of Smysl ended before it had answered.",
    );
  });

  it("is not told where nobody waits for it any more", () => {
    expect(isCancelled(failed(-32802, "A newer search took its place."))).toBe(true);
    expect(isCancelled(failed(-32803, "It could not be done."))).toBe(false);
    expect(isCancelled("odd")).toBe(false);
  });
});
