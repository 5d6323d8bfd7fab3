import { env, l10n } from "vscode";
import { failureOf } from "../failure";
import type { Status } from "../protocol";
import type { ServerState } from "../server/states";

/** What the status item says, from the states of the server's process and of its index. */
export interface StatusText {
  readonly severity: "ok" | "warning" | "error";
  readonly busy: boolean;
  readonly text: string;
  readonly detail: string;
}

export function statusText(server: ServerState, status: Status | undefined): StatusText {
  switch (server.kind) {
    case "preparing":
      return { severity: "ok", busy: true, text: l10n.t("Smysl is being set up"), detail: "" };
    case "starting":
      return { severity: "ok", busy: true, text: l10n.t("Smysl is starting"), detail: "" };
    case "stopped":
      return { severity: "warning", busy: false, text: l10n.t("Smysl is stopped"), detail: "" };
    case "failed":
      return {
        severity: "error",
        busy: false,
        text: l10n.t("Smysl could not start"),
        detail: failureOf(server.reason).text,
      };
    case "running":
      return status ? indexText(status) : { severity: "ok", busy: true, text: l10n.t("Smysl is starting"), detail: "" };
  }
}

function indexText(status: Status): StatusText {
  const facts = factsOf(status);
  switch (status.state) {
    case "starting":
      return { severity: "ok", busy: true, text: l10n.t("Smysl is starting"), detail: status.message };
    case "indexing":
      return { severity: "ok", busy: true, text: progressText(status), detail: join(status.message, facts) };
    case "ready":
      return {
        severity: status.lastError === null && status.notices.length === 0 ? "ok" : "warning",
        busy: false,
        text: l10n.t("Smysl: {0} chunks", grouped(status.chunks)),
        detail: join(facts, ...status.notices, ...status.hints, status.lastError ?? ""),
      };
    case "degraded":
      return {
        severity: "warning",
        busy: status.progress !== null,
        text: l10n.t("Smysl: {0} chunks", grouped(status.chunks)),
        detail: join(status.message, status.advice ?? "", facts),
      };
    case "error":
      return {
        severity: "error",
        busy: false,
        text: l10n.t("Smysl: the index cannot be used"),
        detail: join(status.message, status.advice ?? "", status.lastError ?? ""),
      };
    case "off":
      return { severity: "ok", busy: false, text: l10n.t("Smysl is off here"), detail: status.message };
  }
}

/** "In 212 files; model bge-m3, 1,024 dimensions; 3 wait for the model". */
export function factsOf(status: Status): string {
  const facts = [l10n.t("files: {0}", grouped(status.files))];
  if (status.model === null) {
    facts.push(l10n.t("by words alone"));
  } else {
    facts.push(
      status.dimensions === null
        ? l10n.t("model {0}", status.model)
        : l10n.t("model {0}, {1} dimensions", status.model, grouped(status.dimensions)),
    );
  }
  if (status.pending > 0) {
    facts.push(l10n.t("waiting for the model: {0}", grouped(status.pending)));
  }
  if (status.failed > 0) {
    facts.push(l10n.t("failed: {0}", grouped(status.failed)));
  }
  return facts.join(" · ");
}

function progressText(status: Status): string {
  const { progress } = status;
  if (!progress || progress.total === 0) {
    return l10n.t("Smysl is indexing");
  }
  return l10n.t("Smysl is indexing: {0} %", Math.floor((progress.done / progress.total) * 100));
}

/** A number as the person's language writes it. */
export function grouped(number: number): string {
  return new Intl.NumberFormat(env.language, { maximumFractionDigits: 1 }).format(number);
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}
