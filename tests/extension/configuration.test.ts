import { describe, expect, it } from "vitest";
import { settingsThatAreSet } from "../../extension/src/configuration";

function settings(set: Readonly<Record<string, unknown>>): Parameters<typeof settingsThatAreSet>[0] {
  return {
    get: (name) => set[name] ?? "the default",
    inspect: (name) => (name in set ? { globalValue: set[name] } : {}),
  };
}

describe("what the server is told of the settings", () => {
  it("is what the person has set, nested by the dots of the names", () => {
    expect(settingsThatAreSet(settings({ model: "bge-m3", "hover.enabled": false, "hover.threshold": 0.8 }))).toEqual({
      model: "bge-m3",
      hover: { enabled: false, threshold: 0.8 },
    });
  });

  it("is nothing where nothing is set: the defaults are the server's", () => {
    expect(settingsThatAreSet(settings({}))).toEqual({});
  });

  it("has nothing that is not the server's", () => {
    expect(settingsThatAreSet(settings({ pythonPath: "/usr/bin/python3" }))).toEqual({});
  });
});
