/** Runs in the extension host: the server of the installed extension runs and answers. */
import { strict as assert } from "node:assert";
import * as vscode from "vscode";
import type { Api } from "../../../../extension/src/extension";

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension<Api>("smysl.smysl");
  assert.ok(extension, "the extension is not installed");
  const { server } = await extension.activate();
  const begin = Date.now();
  const { version } = await server.request<{ version: string }>("smysl/status", null);
  assert.equal(server.state.kind, "running");
  assert.equal(version, (extension.packageJSON as { version: string }).version);
  console.log(`answered ${Date.now() - begin} ms after the activation`);
}
