import * as vscode from "vscode";
import type { Status } from "../protocol";
import type { ServerState } from "../server/states";
import { statusText, type StatusText } from "./texts";

export const ACTIONS_COMMAND = "smysl.showActions";

const SEVERITIES: Readonly<Record<StatusText["severity"], vscode.LanguageStatusSeverity>> = {
  ok: vscode.LanguageStatusSeverity.Information,
  warning: vscode.LanguageStatusSeverity.Warning,
  error: vscode.LanguageStatusSeverity.Error,
};

/** The language status item: one look at what Smysl is doing, one click to what can be done. */
export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("smysl.status", { language: "python" });

  constructor() {
    this.item.name = "Smysl";
    this.item.command = { command: ACTIONS_COMMAND, title: vscode.l10n.t("Actions") };
  }

  show(server: ServerState, status: Status | undefined): void {
    const { severity, busy, text, detail } = statusText(server, status);
    this.item.severity = SEVERITIES[severity];
    this.item.busy = busy;
    this.item.text = text;
    this.item.detail = detail;
  }

  dispose(): void {
    this.item.dispose();
  }
}
