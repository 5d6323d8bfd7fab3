import { l10n } from "vscode";
import type { Filters, Kind } from "../protocol";

/** What the toggles of the search box are set to. */
export interface Toggles {
  /** The folder to stay within, or null for all of the workspace. */
  readonly folder: { readonly uri: string; readonly label: string } | null;
  readonly kind: Kind | null;
  readonly noTests: boolean;
}

export const noToggles: Toggles = { folder: null, kind: null, noTests: false };

const KINDS: readonly (Kind | null)[] = [null, "function", "method", "class", "module"];

/** The kind that the next press of the button chooses; after the last one it is every kind again. */
export function nextKind(kind: Kind | null): Kind | null {
  return KINDS[(KINDS.indexOf(kind) + 1) % KINDS.length] ?? null;
}

/** The toggles after a press of the button; `folder` is what there is to stay within. */
export function toggled(toggles: Toggles, button: "folder" | "kind" | "tests", folder: Toggles["folder"]): Toggles {
  switch (button) {
    case "folder":
      return { ...toggles, folder: toggles.folder ? null : folder };
    case "kind":
      return { ...toggles, kind: nextKind(toggles.kind) };
    case "tests":
      return { ...toggles, noTests: !toggles.noTests };
  }
}

/** What is kept of the toggles for the next search: whether tests count is a habit, the rest goes with the question. */
export function kept(toggles: Toggles): Toggles {
  return { ...noToggles, noTests: toggles.noTests };
}

/** Toggles from what was stored, whatever that is. */
export function restored(stored: unknown): Toggles {
  if (typeof stored !== "object" || stored === null) {
    return noToggles;
  }
  return { ...noToggles, noTests: "noTests" in stored && stored.noTests === true };
}

/** The filters as the server takes them; undefined where nothing is filtered. */
export function toFilters(toggles: Toggles): Filters | undefined {
  const filters: Filters = {
    ...(toggles.folder && { within: [toggles.folder.uri] }),
    ...(toggles.kind && { kinds: [toggles.kind] }),
    ...(toggles.noTests && { tests: "exclude" as const }),
  };
  return Object.keys(filters).length > 0 ? filters : undefined;
}

/** The toggles that are on, in words: "src/auth, functions, no tests"; empty where none is. */
export function describe(toggles: Toggles): string {
  const parts = [
    toggles.folder?.label,
    toggles.kind ? kindPlural(toggles.kind) : undefined,
    toggles.noTests ? l10n.t("no tests") : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

export function kindPlural(kind: Kind): string {
  switch (kind) {
    case "function":
      return l10n.t("functions");
    case "method":
      return l10n.t("methods");
    case "class":
      return l10n.t("classes");
    case "module":
      return l10n.t("modules");
  }
}
