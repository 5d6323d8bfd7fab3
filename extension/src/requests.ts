import { randomUUID } from "node:crypto";
import type { CancelToken, ProgressListener } from "./server/server";
import { methods, serverCommands } from "./methods";
import type {
  ModelsResult,
  PullModelResult,
  SearchParams,
  SearchResult,
  SimilarParams,
  SimilarResult,
  Status,
} from "./protocol";

/** What can be asked of the server, with its types. Knows no VS Code. */

/** The part of the server that is needed. */
export interface Asked {
  request<R>(method: string, params: unknown, token?: CancelToken, progress?: ProgressListener): Promise<R>;
}

/** How far a download is: `percentage` of 100, where it is known. */
export interface PullProgress {
  readonly message?: string;
  readonly percentage?: number;
}

export class Requests {
  constructor(private readonly server: Asked) {}

  /** `onPartial` is given the answer of the words alone, when that comes first. */
  search(params: SearchParams, signal: AbortSignal, onPartial: (result: SearchResult) => void): Promise<SearchResult> {
    const token = randomUUID();
    return this.server.request(methods.search, { ...params, partialResultToken: token }, cancelToken(signal), {
      token,
      listener: (value) => {
        onPartial(value as SearchResult);
      },
    });
  }

  similar(params: SimilarParams, signal: AbortSignal): Promise<SimilarResult> {
    return this.server.request(methods.similar, params, cancelToken(signal));
  }

  status(): Promise<Status> {
    return this.server.request(methods.status, undefined);
  }

  models(signal: AbortSignal): Promise<ModelsResult> {
    return this.server.request(methods.models, undefined, cancelToken(signal));
  }

  pullModel(name: string, signal: AbortSignal, onProgress: (progress: PullProgress) => void): Promise<PullModelResult> {
    const token = randomUUID();
    return this.server.request(methods.pullModel, { name, workDoneToken: token }, cancelToken(signal), {
      token,
      listener: (value) => {
        onProgress(value as PullProgress);
      },
    });
  }

  /** Measures the models on the code of the workspace; resolves when the server has shown its report. */
  compareModels(): Promise<void> {
    return this.server.request("workspace/executeCommand", { command: serverCommands.compare, arguments: [{}] });
  }

  /** Resolves when the work has begun. With `force` the index is removed first. */
  reindex(force: boolean): Promise<void> {
    return this.server.request("workspace/executeCommand", {
      command: serverCommands.reindex,
      arguments: [{ force }],
    });
  }
}

/** Cancellation as the language client takes it. */
export function cancelToken(signal: AbortSignal): CancelToken {
  return {
    get isCancellationRequested() {
      return signal.aborted;
    },
    onCancellationRequested(listener) {
      signal.addEventListener("abort", listener);
      return {
        dispose: () => {
          signal.removeEventListener("abort", listener);
        },
      };
    },
  };
}
