// A stand-in for `smysl lsp` that speaks server/PROTOCOL.md with canned answers, for what the real one cannot be
// brought to at will: an answer that comes in two steps, an error, an index that is being built, a model download.
//
// Words of a query decide: "slow" gives the words' answer first and the whole one when the test makes a file "go",
// "nothing" no hits, "broken" an error, "offline" a notice, "dies" ends the server, the first time.
// A file "told" says that a slow question was answered. The first download stops half way.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import rpc from "vscode-jsonrpc/node";

const REQUEST_FAILED = -32803;
/** What the questions of the tests are about. */
const MEANINGS = { скидк: "total", срок: "token_expired", token: "token_expired", корзин: "Cart" };

const connection = rpc.createMessageConnection(process.stdin, process.stdout);
const installed = new Set(["builtin", "all-minilm"]);
let root = "";
let open = "";
let current = "builtin";
let pulls = 0;

/** Every function, method and class of the folder. */
function chunks() {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".py"))
    .sort()
    .flatMap((path) => chunksOf(join(root, path)));
}

function chunksOf(file) {
  const lines = readFileSync(file, "utf8").split("\n");
  let container = null;
  return lines.flatMap((text, line) => {
    const found = /^(\s*)(def|class) (\w+)/.exec(text);
    if (!found) {
      return [];
    }
    const [, indent, word, name] = found;
    container = word === "class" ? null : indent === "" ? null : container;
    const kind = word === "class" ? "class" : indent === "" ? "function" : "method";
    const next = lines.findIndex((other, index) => index > line && /\S/.test(other) && !other.startsWith(`${indent} `));
    const end = next < 0 ? lines.length : next;
    const character = indent.length + word.length + 1;
    const hit = {
      uri: pathToFileURL(file).href,
      path: relative(root, file),
      range: { start: { line, character: 0 }, end: { line: end - 1, character: 0 } },
      selectionRange: { start: { line, character }, end: { line, character: character + name.length } },
      name,
      container,
      kind,
      score: 0.5,
      snippet: { text: lines.slice(line, end).join("\n").trimEnd(), highlights: [] },
      reasons: ["meaning"],
      stale: false,
      unsaved: false,
    };
    if (word === "class") {
      container = name;
    }
    return [hit];
  });
}

function search({ query, filters = {} }) {
  const [, wanted] = Object.entries(MEANINGS).find(([word]) => query.includes(word)) ?? [];
  return chunks()
    .filter(({ kind }) => !filters.kinds || filters.kinds.includes(kind))
    .filter(({ uri }) => !filters.within || filters.within.some((folder) => uri.startsWith(folder)))
    .sort((a, b) => Number(b.name === wanted) - Number(a.name === wanted));
}

function status() {
  const all = chunks().length;
  return {
    ...{ state: "ready", message: "All is indexed.", advice: null, progress: null },
    ...{ files: 2, chunks: all, embedded: all, pending: 0, failed: 0 },
    ...{ model: current, dimensions: 256, space: "fake", wanted: "auto", lastError: null, notices: [], hints: [] },
    ...{ folders: [], version: "0.1.0" },
  };
}

function models() {
  const model = (name, sizeBytes, needBytes, fits, description, more = {}) => ({
    ...{ name, installed: installed.has(name), current: name === current, recommended: false, russian: true },
    ...{ dimensions: 1024, sizeBytes, needBytes, fits, description, ...more },
  });
  return [
    model("builtin", 10_100_000, 30_000_000, true, "Built in: answers at once.", { dimensions: 256 }),
    model("all-minilm", 46_000_000, 90_000_000, true, "Small and quick.", { dimensions: 384, russian: false }),
    model("bge-m3", 1_200_000_000, 1_600_000_000, true, "Finds most in Russian.", { recommended: true }),
    model("qwen3-embedding:8b", 4_700_000_000, 9_500_000_000, false, "The largest.", { dimensions: 4096 }),
  ];
}

connection.onRequest("initialize", ({ rootUri, initializationOptions }) => {
  root = fileURLToPath(rootUri);
  open = initializationOptions?.clientCommands?.open ?? "";
  return { capabilities: { hoverProvider: true, textDocumentSync: 1, executeCommandProvider: { commands: [] } } };
});
connection.onNotification("initialized", async () => {
  const registrations = [{ id: "settings", method: "workspace/didChangeConfiguration" }];
  await connection.sendRequest("client/registerCapability", { registrations });
  await connection.sendNotification("smysl/status", status());
});
connection.onRequest("smysl/status", status);
connection.onRequest("smysl/models", () => ({ models: models(), notices: ["Ollama runs on another machine."] }));

connection.onRequest("smysl/search", async (params) => {
  const { query, partialResultToken } = params;
  const answer = (hits, model, notices = []) => ({ query, hits, model, state: "ready", notices });
  if (query.includes("broken")) {
    const data = { kind: "OllamaDown", advice: "Start Ollama." };
    throw new rpc.ResponseError(REQUEST_FAILED, "Ollama does not answer.", data);
  }
  if (query.includes("slow")) {
    const byWords = answer(search(params).reverse(), null);
    await connection.sendNotification("$/progress", { token: partialResultToken, value: byWords });
    // Whether it was cancelled meanwhile or not: a server may be too late to notice.
    while (!existsSync(join(root, "go"))) {
      await sleep(20);
    }
    setTimeout(() => writeFileSync(join(root, "told"), query), 50);
  }
  if (query.includes("dies") && !existsSync(join(root, "dead"))) {
    writeFileSync(join(root, "dead"), "");
    process.exit(1);
  }
  if (query.includes("nothing")) {
    return answer([], current);
  }
  return answer(search(params), current, query.includes("offline") ? ["Ollama is away; the words answer."] : []);
});

connection.onRequest("smysl/similar", ({ uri, position, range }) => {
  if (position?.line === 0) {
    return {
      hits: [],
      name: null,
      range: null,
      source: "saved",
      model: current,
      notices: ["There is no function here."],
    };
  }
  const hits = search({ query: "срок" }).map((hit, index) => ({
    ...hit,
    score: 0.9 - index / 10,
    reasons: ["meaning"],
  }));
  if (range) {
    // What is selected is not like itself.
    const others = hits.filter((hit) => hit.uri !== uri || hit.range.start.line !== range.start.line);
    return { hits: others, name: null, range, source: "text", model: current, notices: [] };
  }
  return { hits, name: "compared", range: null, source: "saved", model: current, notices: [] };
});

connection.onRequest("textDocument/hover", () => {
  const [hit] = search({ query: "срок" });
  const args = encodeURIComponent(JSON.stringify([hit.uri, hit.selectionRange.start]));
  return { contents: { kind: "markdown", value: `**Similar code**\n\n[${hit.name}](command:${open}?${args}) 87 %` } };
});

connection.onRequest("smysl/pullModel", async ({ name, workDoneToken }, token) => {
  const progress = (value) => connection.sendNotification("$/progress", { token: workDoneToken, value });
  pulls += 1;
  await progress({ kind: "begin", title: name, percentage: 0 });
  for (let percentage = 10; percentage <= 100; percentage += 10) {
    await sleep(50);
    await progress({ kind: "report", message: `${percentage} %`, percentage });
    if (pulls === 1 && percentage === 50) {
      await new Promise((resolve) => token.onCancellationRequested(resolve));
      throw new rpc.ResponseError(-32800, "Cancelled.");
    }
  }
  await progress({ kind: "end" });
  installed.add(name);
  return { name };
});

connection.onRequest("workspace/executeCommand", async ({ command }) => {
  if (command !== "smysl.compare") {
    throw new rpc.ResponseError(-32602, `There is no command ${command}.`);
  }
  const file = join(tmpdir(), "shop.html");
  writeFileSync(file, "<!DOCTYPE html><title>Models</title><h1>Which model is best for this code</h1>");
  const uri = pathToFileURL(file).href;
  const { success } = await connection.sendRequest("window/showDocument", { uri, external: true });
  if (!success) {
    throw new rpc.ResponseError(REQUEST_FAILED, "The report could not be shown.");
  }
  return { report: uri };
});

connection.onNotification("workspace/didChangeConfiguration", async () => {
  const [settings] = await connection.sendRequest("workspace/configuration", { items: [{ section: "smysl" }] });
  const wanted = settings?.model ?? "auto";
  current = wanted === "auto" ? "builtin" : wanted;
  await connection.sendNotification("smysl/status", status());
});

connection.onRequest("shutdown", () => null);
connection.onNotification("exit", () => process.exit(0));
connection.onClose(() => process.exit(0));
connection.listen();
