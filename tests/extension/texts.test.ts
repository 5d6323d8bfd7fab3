import { getL10nJson } from "@vscode/l10n-dev";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json";
import english from "../../package.nls.json";
import russian from "../../package.nls.ru.json";
import bundle from "../../extension/l10n/bundle.l10n.ru.json";

const SOURCES = new URL("../../extension/src/", import.meta.url);
const CYRILLIC = /[а-яё]/i;

/** The places of a text that values go into: "{0}". */
const places = (text: string): string[] => (text.match(/\{\d+\}/g) ?? []).sort();

async function textsOfTheSources(): Promise<string[]> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const contents = files.map((file) => readFileSync(new URL(file, SOURCES), "utf8"));
  return Object.keys(await getL10nJson(contents.map((text) => ({ extension: ".ts", contents: text }))));
}

describe("the texts of the extension", () => {
  it("are all in Russian, and nothing is translated that is not said", async () => {
    expect(Object.keys(bundle).sort()).toEqual((await textsOfTheSources()).sort());
    // The sources are read by a parser that takes its time.
  }, 60_000);

  it("keep the places of their values in Russian", () => {
    for (const [text, translated] of Object.entries(bundle)) {
      expect.soft(places(translated), text).toEqual(places(text));
    }
  });

  it("are in Russian letters where the English has words", () => {
    const latin = Object.entries(bundle).filter(([, text]) => !CYRILLIC.test(text));
    expect(latin).toEqual([]);
  });
});

describe("the texts of the manifest", () => {
  it("are in both languages, all that are used and no others", () => {
    const used = [...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    expect(Object.keys(english).sort()).toEqual([...new Set(used)].sort());
    expect(Object.keys(russian).sort()).toEqual(Object.keys(english).sort());
  });

  it("are in Russian letters where the English has words", () => {
    expect(Object.entries(russian).filter(([, text]) => !CYRILLIC.test(text))).toEqual([]);
  });

  it("describe every setting", () => {
    for (const [name, property] of Object.entries(manifest.contributes.configuration.properties)) {
      expect.soft(property.markdownDescription, name).toBe(`%setting.${name.replace("smysl.", "")}%`);
    }
  });
});
