// Bundle the extension into dist/extension.js: node extension/esbuild.mjs [--watch|--production]
import { context } from "esbuild";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { licences } from "./licences.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const production = process.argv.includes("--production");
const build = await context({
  absWorkingDir: root,
  entryPoints: ["extension/src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: production,
  sourcemap: !production,
  metafile: true,
  legalComments: "none", // They are in the file of licences, with those of packages that have no such comment.
  logLevel: "warning",
});
if (process.argv.includes("--watch")) {
  await build.watch();
} else {
  const { metafile } = await build.rebuild();
  await build.dispose();
  await writeFile(`${root}/dist/THIRD-PARTY-LICENSES.txt`, await licences(root, Object.keys(metafile.inputs)));
}
