/** What the server is doing, and the errors it can end with. Knows no VS Code. */

export type ServerState =
  | { readonly kind: "stopped" }
  /** The environment of the server is being looked for or made. */
  | { readonly kind: "preparing" }
  | { readonly kind: "starting" }
  | { readonly kind: "running" }
  | { readonly kind: "failed"; readonly reason: Error };

/** The program to start, with nothing left to look up. */
export interface Command {
  readonly executable: string;
  readonly args: readonly string[];
  /** Never a folder of the workspace: Python and Windows look for programs in it. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The server ended by itself too often. */
export class ServerCrashed extends Error {
  override readonly name = "ServerCrashed";
}

/** A request was made while there is no server and none is coming. */
export class ServerStopped extends Error {
  override readonly name = "ServerStopped";
}
