import { l10n } from "vscode";
import type { Hit, Kind, Reason, Snippet } from "../protocol";

/** A hit as the list shows it. */
export interface Row {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  /** A codicon. */
  readonly icon: string;
}

export interface RowOptions {
  /** Where several folders are open, what comes before the path. */
  readonly folder?: string | undefined;
  /** Show how alike it is instead of why it was found. */
  readonly similarity?: boolean;
}

const ICONS: Readonly<Record<Kind, string>> = {
  function: "symbol-function",
  method: "symbol-method",
  class: "symbol-class",
  module: "symbol-namespace",
};

export function iconOf(kind: Kind): string {
  return ICONS[kind];
}

/** The path and the line, counted from one: "auth/token.py:12". */
export function placeOf(hit: Hit, folder?: string): string {
  return `${folder === undefined ? "" : `${folder}/`}${hit.path}:${hit.selectionRange.start.line + 1}`;
}

/** The same chunk in two answers has the same key, so that the highlight can stay on it. */
export function keyOf(hit: Hit): string {
  return `${hit.uri}#${hit.container ?? ""}.${hit.name}@${hit.selectionRange.start.line}`;
}

export function rowOf(hit: Hit, options: RowOptions = {}): Row {
  const why = options.similarity ? percent(hit.score) : hit.reasons.map(reasonText).join(", ");
  const marks = [why, hit.unsaved ? l10n.t("not saved") : "", hit.stale ? l10n.t("changed since it was indexed") : ""];
  const place = placeOf(hit, options.folder);
  return {
    label: hit.name,
    description: hit.container === null ? place : `${hit.container} · ${place}`,
    detail: [snippetLine(hit.snippet), ...marks].filter((part) => part !== "").join("  ·  "),
    icon: iconOf(hit.kind),
  };
}

export function percent(score: number): string {
  return `${Math.round(score * 100)} %`;
}

export function reasonText(reason: Reason): string {
  switch (reason) {
    case "meaning":
      return l10n.t("meaning");
    case "words":
      return l10n.t("words");
    case "name":
      return l10n.t("name");
  }
}

/**
 * The one line of the snippet that says most: one with a highlight below the line of the name,
 * else the first below it that is more than a quote or a bracket, else the line of the name.
 */
export function snippetLine(snippet: Snippet, limit = 50): string {
  const lines: { text: string; lit: boolean }[] = [];
  let start = 0;
  for (const text of snippet.text.split("\n")) {
    const end = start + text.length;
    lines.push({ text, lit: snippet.highlights.some((mark) => mark.start < end && mark.end > start) });
    start = end + 1;
  }
  const body = bodyOf(lines);
  const chosen = body.find((line) => line.lit && telling(line.text)) ?? body.find((line) => telling(line.text));
  return shorten((chosen ?? lines.find((line) => telling(line.text)))?.text ?? "", limit);
}

/** The lines below the signature; all of them where none is seen. */
function bodyOf<L extends { readonly text: string }>(lines: readonly L[]): readonly L[] {
  const first = lines.findIndex((line) => /^\s*(async\s+def|def|class)\s/.test(line.text));
  if (first < 0) {
    return lines;
  }
  const last = lines.findIndex((line, index) => index >= first && /:\s*(#.*)?$/.test(line.text));
  return lines.slice((last < 0 ? first : last) + 1);
}

function telling(text: string): boolean {
  return /[\p{L}\p{N}]{2}/u.test(text) && !/^\s*@/.test(text);
}

function shorten(text: string, limit: number): string {
  // A "$(" would be read as an icon.
  const line = text
    .trim()
    .replace(/^([rRbBuU]?)("""|''')|("""|''')$/g, "")
    .replace(/\s+/g, " ")
    .replaceAll("$(", "$\u200B(");
  return line.length > limit ? `${line.slice(0, limit - 1).trimEnd()}…` : line;
}
