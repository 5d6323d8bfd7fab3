// Bundle the extension into dist/extension.js: node extension/esbuild.mjs [--watch|--production]
import { context } from "esbuild";
import { fileURLToPath } from "node:url";

const production = process.argv.includes("--production");
const build = await context({
  absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
  entryPoints: ["extension/src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: production,
  sourcemap: !production,
  logLevel: "warning",
});
if (process.argv.includes("--watch")) {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
}
