import type { Hit, Model, Status } from "../../extension/src/protocol";

/** Values of the protocol for tests: whole ones, of which a test changes what it is about. */

export function hit(changes: Partial<Hit> & { readonly line?: number } = {}): Hit {
  const { line = 11, ...rest } = changes;
  return {
    uri: "file:///site/auth/token.py",
    path: "auth/token.py",
    range: { start: { line, character: 0 }, end: { line: line + 2, character: 0 } },
    selectionRange: { start: { line, character: 4 }, end: { line, character: 18 } },
    name: "is_not_expired",
    container: null,
    kind: "function",
    score: 0.61,
    snippet: {
      text: "def is_not_expired(token):\n    return token.expires_at > now()",
      highlights: [{ start: 4, end: 18 }],
    },
    reasons: ["meaning", "words"],
    stale: false,
    unsaved: false,
    ...rest,
  };
}

export function status(changes: Partial<Status> = {}): Status {
  return {
    state: "ready",
    message: "All is indexed.",
    advice: null,
    progress: null,
    files: 212,
    chunks: 4811,
    embedded: 4811,
    pending: 0,
    failed: 0,
    model: "builtin",
    dimensions: 256,
    space: "5f0e",
    wanted: "auto",
    lastError: null,
    notices: [],
    hints: [],
    folders: [],
    version: "0.1.0",
    ...changes,
  };
}

export function model(changes: Partial<Model> = {}): Model {
  return {
    name: "bge-m3",
    installed: false,
    current: false,
    recommended: false,
    russian: true,
    dimensions: 1024,
    sizeBytes: 1_200_000_000,
    needBytes: 1_600_000_000,
    fits: true,
    description: "Finds most in Russian.",
    ...changes,
  };
}
