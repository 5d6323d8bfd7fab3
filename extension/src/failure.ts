import { l10n } from "vscode";
import { SetUpError } from "./environment/trouble";
import { isConnectionLost } from "./methods";
import { ServerCrashed, ServerStopped } from "./server/states";

/** What helps: one thing for each failure. */
export type WayOut =
  { readonly does: "again" | "choosePython" | "showLog" } | { readonly does: "openSetting"; readonly setting: string };

/** What went wrong, as a person is told it. */
export interface Failure {
  readonly text: string;
  readonly button: string;
  readonly way: WayOut;
}

/** Why there is no server. */
export function failureOf(reason: Error): Failure {
  const again = { button: l10n.t("Try Again"), way: { does: "again" } } as const;
  const showLog = { button: l10n.t("Show Log"), way: { does: "showLog" } } as const;
  if (reason instanceof ServerCrashed) {
    return { text: l10n.t("The server of Smysl ended four times in a row. The log says why."), ...showLog };
  }
  if (!(reason instanceof SetUpError)) {
    return { text: l10n.t("Smysl cannot start: {0}", reason.message), ...showLog };
  }
  switch (reason.trouble) {
    case "command-missing":
      return {
        text: l10n.t(
          "The setting “smysl.serverCommand” names “{0}”, which is not there or cannot be run.",
          reason.detail,
        ),
        ...openSetting("smysl.serverCommand"),
      };
    case "python-unusable":
      return {
        text: l10n.t(
          "The setting “smysl.pythonPath” names “{0}”, which is no Python 3.10 or later that can be used.",
          reason.detail,
        ),
        ...openSetting("smysl.pythonPath"),
      };
    case "python-missing":
      return {
        text: l10n.t(
          "Smysl needs Python 3.10 or later and found none. Install it (python.org) and restart the server, or choose one.",
        ),
        button: l10n.t("Choose Python…"),
        way: { does: "choosePython" },
      };
    case "venv-missing":
      return {
        text: l10n.t(
          "The Python of this machine cannot make environments. Install what it lacks: sudo apt install {0}",
          reason.detail,
        ),
        ...again,
      };
    case "offline":
      return {
        text: l10n.t(
          "Smysl could not download its packages (about 50 MB, once). What has come is kept. Without a network, name a command of your own in the setting “smysl.serverCommand”.",
        ),
        ...again,
      };
    case "disk-full":
      return { text: l10n.t("The disk is full: Smysl needs about 400 MB for its environment."), ...again };
    case "cancelled":
      return {
        text: l10n.t("Smysl is not set up yet, so there is no search. What has been downloaded is kept."),
        button: l10n.t("Go On"),
        way: again.way,
      };
    case "not-installed":
      return { text: l10n.t("Smysl could not be set up: {0}", reason.detail), ...showLog };
  }
}

/** Why a request was not answered: the server's own words with its advice, or why there is no server to ask. */
export function failureOfRequest(error: unknown): Failure {
  const showLog = { button: l10n.t("Show Log"), way: { does: "showLog" } } as const;
  if (error instanceof ServerStopped) {
    const way = { does: "again" } as const;
    return { text: l10n.t("Smysl is stopped"), button: l10n.t("Restart the server"), way };
  }
  if (error instanceof SetUpError || error instanceof ServerCrashed) {
    return failureOf(error);
  }
  if (isConnectionLost(error)) {
    return { text: l10n.t("The server of Smysl ended before it had answered."), ...showLog };
  }
  return trouble(error instanceof Error ? error.message : String(error), adviceOf(error));
}

/** What the server says of itself, and what to do about it. */
export function trouble(message: string, advice: string | null): Failure {
  const text = advice === null ? message : `${message} ${advice}`;
  return { text, button: l10n.t("Show Log"), way: { does: "showLog" } };
}

/** The advice that the server sent with an error. */
export function adviceOf(error: unknown): string | null {
  const data: unknown = typeof error === "object" && error !== null && "data" in error ? error.data : undefined;
  const advice: unknown = typeof data === "object" && data !== null && "advice" in data ? data.advice : undefined;
  return typeof advice === "string" ? advice : null;
}

function openSetting(setting: string): Omit<Failure, "text"> {
  return { button: l10n.t("Open Setting"), way: { does: "openSetting", setting } };
}
