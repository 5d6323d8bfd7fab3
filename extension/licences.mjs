import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The licences of the packages that the bundle holds code of, one after the other.
 * Throws if a package has none: it could not be shipped.
 */
export async function licences(root, inputs) {
  const folders = new Set(
    inputs
      .map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
      .filter((folder) => folder !== undefined),
  );
  const texts = await Promise.all([...folders].sort().map((folder) => licence(join(root, folder))));
  return `Smysl contains code of these packages.\n\n${texts.join("\n\n")}\n`;
}

async function licence(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) {
    throw new Error(`${name} ${version} has no file of its licence (${license}).`);
  }
  const text = (await readFile(join(folder, file), "utf8")).trim();
  return `---- ${name} ${version} (${license}) ----\n\n${text}`;
}
