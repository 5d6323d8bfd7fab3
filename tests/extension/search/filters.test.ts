import { describe as group, expect, it } from "vitest";
import {
  describe,
  kept,
  nextKind,
  noToggles,
  restored,
  toFilters,
  toggled,
} from "../../../extension/src/search/filters";

const folder = { uri: "file:///site/auth", label: "auth/" };

group("the toggles of the search box", () => {
  it("filter nothing while none is on", () => {
    expect(toFilters(noToggles)).toBeUndefined();
    expect(describe(noToggles)).toBe("");
  });

  it("become the filters of the protocol, and words", () => {
    const toggles = { folder, kind: "method", noTests: true } as const;
    expect(toFilters(toggles)).toEqual({ within: ["file:///site/auth"], kinds: ["method"], tests: "exclude" });
    expect(describe(toggles)).toBe("auth/, methods, no tests");
  });

  it("go through the kinds and back to every kind", () => {
    const seen = [nextKind(null)];
    while (seen.at(-1) !== null) {
      seen.push(nextKind(seen.at(-1) ?? null));
    }
    expect(seen).toEqual(["function", "method", "class", "module", null]);
  });

  it("change one at a time", () => {
    expect(toggled(noToggles, "folder", folder)).toEqual({ ...noToggles, folder });
    expect(toggled({ ...noToggles, folder }, "folder", folder)).toEqual(noToggles);
    expect(toggled(noToggles, "folder", null)).toEqual(noToggles);
    expect(toggled(noToggles, "kind", folder)).toEqual({ ...noToggles, kind: "function" });
    expect(toggled(noToggles, "tests", folder)).toEqual({ ...noToggles, noTests: true });
  });

  it("are kept for the next search as far as they are a habit", () => {
    const stored: unknown = JSON.parse(JSON.stringify(kept({ folder, kind: "class", noTests: true })));
    expect(restored(stored)).toEqual({ folder: null, kind: null, noTests: true });
  });

  it("are off where something else was stored", () => {
    expect(restored(undefined)).toEqual(noToggles);
    expect(restored({ kind: "table", noTests: "yes" })).toEqual(noToggles);
  });
});
