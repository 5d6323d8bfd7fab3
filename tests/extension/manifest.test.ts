import { describe, expect, it } from "vitest";
import manifest from "../../package.json";
import english from "../../package.nls.json";
import { serverSettingNames } from "../../extension/src/methods";

type Property = { readonly default: unknown; readonly scope?: string };
const properties: Readonly<Record<string, Property>> = manifest.contributes.configuration.properties;
const scopeOf = (name: string): string => properties[`smysl.${name}`]?.scope ?? "window";

describe("the manifest", () => {
  it("lets each folder of a workspace have its own settings, which the server asks for, where they are not the machine's", () => {
    const ofTheWindow = serverSettingNames.filter((name) => scopeOf(name) === "window");
    expect(ofTheWindow).toEqual(["logLevel"]);
  });

  it("keeps a folder that is not trusted from every setting that chooses a program, a host or a model", () => {
    const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    const chosen = Object.keys(properties).filter((name) => /^machine/.test(properties[name]?.scope ?? ""));
    expect([...restricted].sort()).toEqual(chosen.sort());
  });

  it("has in its menus, keys and walkthrough only commands that it has", () => {
    const { commands, menus, keybindings, walkthroughs } = manifest.contributes;
    const own = [...commands.map(({ command }) => command), "smysl.results.focus"];
    const links = Object.entries(english)
      .flatMap(([, text]) => [...text.matchAll(/\(command:([\w.]+)\)/g)])
      .map(([, command]) => command);
    const completing = walkthroughs
      .flatMap(({ steps }) => steps.flatMap(({ completionEvents }) => completionEvents))
      .flatMap((event) => /^onCommand:(.*)$/.exec(event)?.[1] ?? []);
    const used = [...Object.values(menus).flat(), ...keybindings].map(({ command }) => command);
    expect(own).toEqual(expect.arrayContaining([...used, ...links, ...completing]));
  });
});
