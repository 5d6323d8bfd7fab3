import * as vscode from "vscode";
import type { Status } from "../protocol";
import type { Shown } from "./answer";
import { titleButtons } from "./buttons";
import type { Entry } from "./entries";
import type { Toggles } from "./filters";
import type { Folder } from "./folders";
import { titleOf } from "./notes";

/** What the search box asks now, as far as it is seen above the list. */
export interface Asked {
  /** The code that others are compared with, and the query to go back to; undefined while a query is asked. */
  readonly similar: { readonly label: string; readonly query: string } | undefined;
  readonly toggles: Toggles;
  /** The folder that a search can stay within. */
  readonly folder: Folder | undefined;
}

/** The title says what is asked, where, and what came of it. */
export function entitle(pick: vscode.QuickPick<Entry>, { similar, toggles }: Asked, shown: Shown | undefined): void {
  pick.title = titleOf(similar?.label, toggles, shown);
}

/** Title, placeholder and buttons. */
export function dress(
  pick: vscode.QuickPick<Entry>,
  asked: Asked,
  shown: Shown | undefined,
  status: Status | undefined,
): void {
  const { similar, toggles, folder } = asked;
  entitle(pick, asked, shown);
  pick.placeholder = similar
    ? vscode.l10n.t("Type to narrow the list")
    : vscode.l10n.t("What does the code do? For example: check that the token has not expired");
  pick.matchOnDescription = similar !== undefined;
  pick.buttons = titleButtons(toggles, {
    folder: folder?.label,
    withBack: similar !== undefined && similar.query !== "",
    notices: status?.state === "ready" ? [] : (shown?.answer.notices ?? []),
  });
}
