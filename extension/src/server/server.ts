import { Crashes } from "./crashes";
import { OneAtATime } from "./oneAtATime";
import { ServerCrashed, ServerStopped, type Command, type ServerState } from "./states";

export interface Disposable {
  dispose(): void;
}

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string | Error): void;
}

/** Cancellation as VS Code has it; nothing more of it is needed here. */
export interface CancelToken {
  readonly isCancellationRequested: boolean;
  onCancellationRequested(listener: () => void): Disposable;
}

/** Takes the values of `$/progress` with this token while a request runs. */
export interface ProgressListener {
  readonly token: string;
  readonly listener: (value: unknown) => void;
}

/** A running server. */
export interface Session {
  request<R>(method: string, params: unknown, token?: CancelToken, progress?: ProgressListener): Promise<R>;
  notify(method: string, params: unknown): Promise<void>;
  /** Ends the server. Afterwards its process is gone, whatever it was doing. */
  close(): Promise<void>;
}

export type NotificationHandlers = ReadonlyMap<string, (params: unknown) => void>;

export interface ServerParts {
  /** Finds or makes what the server needs. Rejects with an error meant for the person. */
  prepare(signal: AbortSignal): Promise<Command>;
  /** Starts the server. `onClosed` is called once if it ends without having been asked to, also during the start. */
  open(command: Command, handlers: NotificationHandlers, onClosed: () => void, signal: AbortSignal): Promise<Session>;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  readonly crashes: Crashes;
  readonly log: Log;
}

/**
 * The one language server of this window: started, stopped and restarted one at a time, with at most one restart
 * waiting. A server that ends by itself is started again three times, then `failed` says so.
 */
export class Server implements Disposable {
  private readonly runs = new OneAtATime(() => this.settle());
  private readonly listeners = new Set<(state: ServerState) => void>();
  private readonly handlers = new Map<string, (params: unknown) => void>();
  private current: ServerState = { kind: "stopped" };
  private session: Session | undefined;
  private wanted = false;
  private waitMs = 0;
  private attempt = new AbortController();

  constructor(private readonly parts: ServerParts) {}

  get state(): ServerState {
    return this.current;
  }

  onDidChangeState(listener: (state: ServerState) => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** One handler a method, kept over restarts. Register before `start`: a running session does not learn of it. */
  onNotification(method: string, handler: (params: unknown) => void): Disposable {
    this.handlers.set(method, handler);
    return { dispose: () => this.handlers.delete(method) };
  }

  /** Never rejects: the outcome is in `state`. */
  start(): Promise<void> {
    return this.restart();
  }

  /** Ends a preparation or a server that is there, then starts anew. Never rejects. */
  restart(): Promise<void> {
    this.parts.crashes.forget();
    return this.want(true);
  }

  /** Afterwards no process is left. A later `restart` starts again. */
  stop(): Promise<void> {
    return this.want(false);
  }

  dispose(): void {
    void this.stop();
  }

  /**
   * Sends the request as soon as the server runs.
   * Rejects with ServerStopped, or the reason of the failure, when there is none and none is coming.
   */
  async request<R>(method: string, params: unknown, token?: CancelToken, progress?: ProgressListener): Promise<R> {
    const session = await this.running();
    return session.request<R>(method, params, token, progress);
  }

  async notify(method: string, params: unknown): Promise<void> {
    await (await this.running()).notify(method, params);
  }

  private running(): Promise<Session> {
    return new Promise((resolve, reject) => {
      const settle = (state: ServerState): boolean => {
        if (state.kind === "running" && this.session) {
          resolve(this.session);
        } else if (state.kind === "failed") {
          reject(state.reason);
        } else if (state.kind === "stopped") {
          reject(new ServerStopped("The server is stopped."));
        } else {
          return false;
        }
        return true;
      };
      if (!settle(this.current)) {
        const listening = this.onDidChangeState((state) => {
          if (settle(state)) {
            listening.dispose();
          }
        });
      }
    });
  }

  private want(running: boolean, waitMs = 0): Promise<void> {
    this.wanted = running;
    this.waitMs = waitMs;
    this.attempt.abort();
    if (running) {
      // At once, so that a request made right after this waits for the new server.
      this.become({ kind: "preparing" });
    }
    return this.runs.run();
  }

  /** The job: from whatever is there to what is wanted. */
  private async settle(): Promise<void> {
    const attempt = new AbortController();
    this.attempt = attempt;
    await this.close();
    if (!this.wanted) {
      this.become({ kind: "stopped" });
      return;
    }
    try {
      await this.parts.sleep(this.waitMs, attempt.signal);
      attempt.signal.throwIfAborted();
      const command = await this.parts.prepare(attempt.signal);
      attempt.signal.throwIfAborted();
      this.become({ kind: "starting" });
      await this.open(command, attempt.signal);
    } catch (error) {
      // Whoever aborted has queued what comes next.
      if (!attempt.signal.aborted) {
        this.fail(toError(error));
      }
    }
  }

  private async open(command: Command, signal: AbortSignal): Promise<void> {
    const closing = new AbortController();
    const onClosed = (): void => {
      closing.abort();
      if (this.session) {
        this.session = undefined;
        this.crashed(signal);
      }
    };
    try {
      const session = await this.parts.open(command, this.handlers, onClosed, signal);
      if (!closing.signal.aborted) {
        this.session = session;
        this.become({ kind: "running" });
        return;
      }
    } catch (error) {
      this.parts.log.error(toError(error));
    }
    this.crashed(signal);
  }

  private crashed(signal: AbortSignal): void {
    if (signal.aborted) {
      return;
    }
    const waitMs = this.parts.crashes.record();
    if (waitMs === undefined) {
      this.fail(new ServerCrashed("The server ended by itself too often."));
      return;
    }
    this.parts.log.warn(`The server ended by itself; it is started again in ${waitMs} ms.`);
    void this.want(true, waitMs);
  }

  private fail(reason: Error): void {
    this.parts.log.error(reason instanceof ServerCrashed ? reason.message : reason);
    this.become({ kind: "failed", reason });
  }

  private async close(): Promise<void> {
    const session = this.session;
    this.session = undefined;
    await session?.close();
  }

  private become(state: ServerState): void {
    this.current = state;
    for (const listener of [...this.listeners]) {
      listener(state);
    }
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
