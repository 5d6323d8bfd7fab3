import * as vscode from "vscode";
import { kindPlural, nextKind, type Toggles } from "./filters";
import { iconOf } from "./rows";

/** The buttons in the title of the search box: its filters, and the way to the results view. */
export interface TitleButton extends vscode.QuickInputButton {
  readonly does: "notices" | "back" | "folder" | "kind" | "tests" | "showAll";
}

export interface ButtonsOptions {
  /** The folder of the active file as a person knows it; undefined where no file is open. */
  readonly folder: string | undefined;
  readonly withBack: boolean;
  /** What is wrong with the answer: a long list hides its last lines, which say so too. */
  readonly notices: readonly string[];
}

export function titleButtons(toggles: Toggles, options: ButtonsOptions): readonly TitleButton[] {
  return [
    ...(options.notices.length > 0 ? [titleButton("notices", "warning", options.notices.join(" "))] : []),
    ...(options.withBack ? [titleButton("back", "arrow-left", vscode.l10n.t("Back to the search"))] : []),
    ...(options.folder === undefined ? [] : [folderButton(toggles, options.folder)]),
    kindButton(toggles),
    toggles.noTests
      ? titleButton("tests", "beaker-stop", vscode.l10n.t("Tests are left out. Press to search them too."))
      : titleButton("tests", "beaker", vscode.l10n.t("Leave out tests")),
    titleButton("showAll", "list-tree", vscode.l10n.t("Show all results in the side bar (Ctrl+Shift+\\)")),
  ];
}

function folderButton(toggles: Toggles, folder: string): TitleButton {
  return toggles.folder
    ? titleButton(
        "folder",
        "folder-active",
        vscode.l10n.t("Only {0}. Press to search everywhere.", toggles.folder.label),
      )
    : titleButton("folder", "folder", vscode.l10n.t("Only this folder: {0}", folder));
}

function kindButton(toggles: Toggles): TitleButton {
  const next = nextKind(toggles.kind);
  const press = next ? vscode.l10n.t("Press for {0} only.", kindPlural(next)) : vscode.l10n.t("Press for every kind.");
  return toggles.kind
    ? titleButton("kind", iconOf(toggles.kind), vscode.l10n.t("Only {0}. {1}", kindPlural(toggles.kind), press))
    : titleButton("kind", "symbol-misc", vscode.l10n.t("Every kind. {0}", press));
}

function titleButton(does: TitleButton["does"], icon: string, tooltip: string): TitleButton {
  return { does, iconPath: new vscode.ThemeIcon(icon), tooltip };
}
