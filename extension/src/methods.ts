/** The names of server/PROTOCOL.md, declared once; a test compares them with it. */

export const methods = {
  search: "smysl/search",
  similar: "smysl/similar",
  status: "smysl/status",
  models: "smysl/models",
  pullModel: "smysl/pullModel",
} as const;

/** What `workspace/executeCommand` takes. The language client registers these ids in VS Code by itself. */
export const serverCommands = {
  search: "smysl.search",
  similar: "smysl.similar",
  showSimilar: "smysl.showSimilar",
  reindex: "smysl.reindex",
  status: "smysl.status",
  models: "smysl.models",
  compare: "smysl.compare",
  selectModel: "smysl.selectModel",
  clean: "smysl.clean",
} as const;

/** Commands of this extension that the server's hovers and code lenses call, as `clientCommands` tells it. */
export const clientCommands = {
  open: "smysl.open",
  similar: "smysl.findSimilar",
} as const;

/** The settings that the server reads, without the prefix `smysl.`. */
export const serverSettingNames = [
  "enable",
  "model",
  "dimensions",
  "ollamaHost",
  "ollamaAllowInsecure",
  "exclude",
  "include",
  "maxFileBytes",
  "cacheDir",
  "models",
  "glossary",
  "hover.enabled",
  "hover.threshold",
  "workspaceSymbol",
  "codeLens",
  "codeAction",
  "logLevel",
] as const;

/** Error codes of the protocol that mean "nobody waits for this answer any more". */
export const cancelledCodes: readonly number[] = [-32800, -32802];

/** Whether nobody waits for the answer any more: then there is nothing to tell. */
export function isCancelled(error: unknown): boolean {
  return cancelledCodes.includes(codeOf(error));
}

/** Whether the server went before it answered, by the codes of vscode-jsonrpc. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  return code >= -32_099 && code <= -32_096;
}

function codeOf(error: unknown): number {
  return typeof error === "object" && error !== null && "code" in error ? Number(error.code) : NaN;
}
