import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Outside VS Code there is no module of that name: pure modules get their words and values from a stand-in.
  resolve: { alias: { vscode: fileURLToPath(new URL("../tests/extension/vscode.ts", import.meta.url)) } },
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    include: ["tests/extension/**/*.test.ts"],
    globalSetup: ["tests/extension/folders.ts"],
  },
});
