import * as vscode from "vscode";
import { failureOfRequest, trouble } from "./failure";
import type { Failures } from "./failures";
import { clientCommands, isCancelled, methods } from "./methods";
import { chooseModel } from "./models/choose";
import { openAt } from "./places";
import type { Position, Status } from "./protocol";
import { Requests } from "./requests";
import { ResultsView } from "./results/view";
import { ask } from "./search/asking";
import { SearchBox } from "./search/box";
import { restored } from "./search/filters";
import type { NoteAction } from "./search/notes";
import type { BoxParts } from "./search/parts";
import { RecentQueries } from "./search/recent";
import { similarToEditor, similarToPosition, type SimilarQuestion } from "./search/similarTo";
import type { Disposable, Server } from "./server/server";
import { showActions } from "./status/actions";
import { ACTIONS_COMMAND, StatusItem } from "./status/item";
import { setEnabled } from "./switching";

const TOGGLES_KEY = "searchToggles";

/** Everything a person sees and touches: commands, the search box, the results view and the status item. */
export class Ui implements vscode.Disposable {
  private readonly requests: Requests;
  private readonly item = new StatusItem();
  private readonly results: ResultsView;
  private readonly subscriptions: readonly Disposable[];
  private status: Status | undefined;
  private box: SearchBox | undefined;
  /** What was in the editor is back from the last box. */
  private left: Promise<void> = Promise.resolve();
  private toldError: string | null = null;

  /** To be made before the server is started, which has to know of the notifications that are listened to. */
  constructor(
    private readonly server: Server,
    private readonly memory: vscode.Memento,
    private readonly failures: Failures,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.requests = new Requests(server);
    this.results = new ResultsView(
      (question) => ask(this.requests, question, new AbortController().signal),
      (job) => this.guarded(job),
    );
    this.subscriptions = [
      this.item,
      this.results,
      server.onNotification(methods.status, (status) => {
        this.take(status as Status);
      }),
      server.onDidChangeState(() => void this.serverChanged()),
      ...this.commands(),
    ];
    this.item.show(server.state, this.status);
  }

  dispose(): void {
    this.box?.close();
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }

  private commands(): readonly Disposable[] {
    const { registerCommand } = vscode.commands;
    return [
      registerCommand("smysl.semanticSearch", (query?: unknown) =>
        this.open((box) => {
          box.search(typeof query === "string" ? query : "");
        }),
      ),
      registerCommand("smysl.searchSelection", () => this.searchSelection()),
      registerCommand(clientCommands.similar, (uri?: unknown, position?: unknown) =>
        this.findSimilar(typeof uri === "string" ? similarToPosition(uri, position as Position) : undefined),
      ),
      registerCommand(
        clientCommands.open,
        async (uri: string, position: Position, options?: vscode.TextDocumentShowOptions) => {
          await openAt(vscode.Uri.parse(uri), position, options);
        },
      ),
      registerCommand("smysl.search.openToSide", () => this.box?.openToSide()),
      registerCommand("smysl.search.showAll", () => this.box?.showAll()),
      registerCommand("smysl.chooseModel", () => this.guarded(() => chooseModel(this.requests))),
      registerCommand("smysl.compareModels", () => this.guarded(() => this.requests.compareModels())),
      registerCommand(ACTIONS_COMMAND, () => showActions(this.server.state, this.status)),
      registerCommand("smysl.updateIndex", () => this.guarded(() => this.requests.reindex(false))),
      registerCommand("smysl.rebuildIndex", () => this.guarded(() => this.rebuild())),
      registerCommand("smysl.disableInWorkspace", () => this.setEnabled(false)),
      registerCommand("smysl.enableInWorkspace", () => this.setEnabled(true)),
      registerCommand("smysl.openSettings", () =>
        vscode.commands.executeCommand("workbench.action.openSettings", "@ext:smysl.smysl"),
      ),
    ];
  }

  /** In the box that is open, else in a new one, which has to see what was in the editor before the last one. */
  private async open(how: (box: SearchBox) => void): Promise<void> {
    await this.left;
    this.box ??= new SearchBox(this.boxParts(), (left) => {
      this.box = undefined;
      this.left = left;
    });
    how(this.box);
  }

  private boxParts(): BoxParts {
    return {
      requests: this.requests,
      recent: new RecentQueries(this.memory),
      toggles: {
        load: () => restored(this.memory.get(TOGGLES_KEY)),
        save: (toggles) => void this.memory.update(TOGGLES_KEY, toggles),
      },
      serverState: () => this.server.state,
      onDidChangeServerState: (listener) => this.server.onDidChangeState(listener),
      status: () => this.status,
      showAll: (question, answer) => void this.results.show(question, answer),
      act: (action) => void this.act(action),
      log: this.log,
    };
  }

  private async searchSelection(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const text = editor?.document.getText(editor.selection).trim() ?? "";
    if (editor && text.includes("\n")) {
      // Several lines are code rather than a question.
      await this.findSimilar();
      return;
    }
    await this.open((box) => {
      box.search(text);
    });
  }

  private async findSimilar(
    question: SimilarQuestion | undefined = similarToEditor(vscode.window.activeTextEditor),
  ): Promise<void> {
    if (!question) {
      const goToFile = vscode.l10n.t("Go to File…");
      const text = vscode.l10n.t("Open a file and put the cursor into a function first.");
      if ((await vscode.window.showInformationMessage(text, goToFile)) === goToFile) {
        await vscode.commands.executeCommand("workbench.action.quickOpen");
      }
      return;
    }
    await this.open((box) => {
      box.compare(question);
    });
  }

  private async act(action: Exclude<NoteAction, "clearFilters">): Promise<void> {
    const commands = {
      enable: "smysl.enableInWorkspace",
      openFolder: "vscode.openFolder",
      restart: "smysl.restartServer",
      showActions: ACTIONS_COMMAND,
      showLog: "smysl.showLog",
    } as const;
    await vscode.commands.executeCommand(commands[action]);
  }

  private async rebuild(): Promise<void> {
    const build = vscode.l10n.t("Build Anew");
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t("Remove the index of this workspace and build it anew?"),
      { modal: true, detail: vscode.l10n.t("Your code is not touched. Until it is done, answers are incomplete.") },
      build,
    );
    if (chosen === build) {
      await this.requests.reindex(true);
    }
  }

  private async setEnabled(enabled: boolean): Promise<void> {
    await this.guarded(() => setEnabled(enabled));
  }

  private async serverChanged(): Promise<void> {
    if (this.server.state.kind !== "running") {
      this.status = undefined;
    }
    this.item.show(this.server.state, this.status);
    if (this.server.state.kind === "running") {
      try {
        this.take(await this.requests.status());
      } catch (error) {
        this.log.warn(`No status: ${String(error)}`);
      }
    }
  }

  private take(status: Status): void {
    this.status = status;
    this.item.show(this.server.state, status);
    this.box?.statusChanged();
    const error = status.state === "error" ? status.message : null;
    if (error !== null && error !== this.toldError) {
      void this.failures.tell(trouble(error, status.advice));
    }
    this.toldError = error;
  }

  private async guarded(job: () => Promise<void>): Promise<void> {
    try {
      await job();
    } catch (error) {
      if (!isCancelled(error)) {
        this.log.error(error instanceof Error ? error : String(error));
        // What waits for the job does not wait until the person has read this.
        void this.failures.tell(failureOfRequest(error));
      }
    }
  }
}
