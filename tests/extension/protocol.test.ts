import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json";
import {
  cancelledCodes,
  clientCommands,
  methods,
  serverCommands,
  serverSettingNames,
} from "../../extension/src/methods";

const PROTOCOL = readFileSync(new URL("../../server/PROTOCOL.md", import.meta.url), "utf8");

/** The text below a heading of the second level, up to the next. */
function section(heading: string): string {
  return PROTOCOL.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
}

/** The first two columns of the rows of a table. */
function rows(heading: string): [string, string][] {
  return [...section(heading).matchAll(/^\| `([^`]+)` \|([^|]*)\|/gm)].map(([, name = "", second = ""]) => [
    name,
    second.trim(),
  ]);
}

/** A setting of the manifest, as far as it is compared. */
type Property = { readonly default: unknown };

const properties: Readonly<Record<string, Property>> = manifest.contributes.configuration.properties;

describe("the names of the protocol", () => {
  it("are the methods of PROTOCOL.md", () => {
    const documented = [...PROTOCOL.matchAll(/^## `(smysl\/\w+)`$/gm)].map(([, name]) => name);
    expect(Object.values(methods)).toEqual(documented);
  });

  it("are its commands, none of which the extension has itself", () => {
    const documented = rows("Commands").map(([name]) => name);
    expect(Object.values(serverCommands)).toEqual(documented);
    const own = manifest.contributes.commands.map(({ command }) => command);
    expect(own.filter((command) => documented.includes(command))).toEqual([]);
  });

  it("are its settings, with the same defaults in the manifest", () => {
    const documented = rows("Settings");
    expect([...serverSettingNames]).toEqual(documented.map(([name]) => name));
    for (const [name, standard] of documented) {
      const value: unknown = JSON.parse(standard.replaceAll("`", ""));
      expect.soft(properties[`smysl.${name}`]?.default, name).toEqual(value);
    }
  });

  it("are its error codes for what nobody waits for any more", () => {
    const codes = [...section("Errors").matchAll(/`\w+Cancelled` \((-\d+)\)/g)].map(([, code]) => Number(code));
    expect(cancelledCodes).toEqual(codes);
  });

  it("are commands of this extension where the server is to call them", () => {
    const own = manifest.contributes.commands.map(({ command }) => command);
    expect(own).toEqual(expect.arrayContaining(Object.values(clientCommands)));
  });
});
