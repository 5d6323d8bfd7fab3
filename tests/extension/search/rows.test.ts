import { describe, expect, it } from "vitest";
import { keyOf, rowOf, snippetLine } from "../../../extension/src/search/rows";
import { hit } from "../examples";

describe("the row of a hit", () => {
  it("has its name, its place counted from one, a telling line and why it was found", () => {
    expect(rowOf(hit())).toEqual({
      label: "is_not_expired",
      description: "auth/token.py:12",
      detail: "return token.expires_at > now()  ·  meaning, words",
      icon: "symbol-function",
    });
  });

  it("has the class around it, and the folder where several are open", () => {
    const row = rowOf(hit({ container: "Session", kind: "method" }), { folder: "site" });
    expect(row.description).toBe("Session · site/auth/token.py:12");
    expect(row.icon).toBe("symbol-method");
  });

  it("has how alike it is where that was asked", () => {
    expect(rowOf(hit({ score: 0.874 }), { similarity: true }).detail).toBe("return token.expires_at > now()  ·  87 %");
  });

  it("says that the text is not saved, and that the file has changed since", () => {
    expect(rowOf(hit({ unsaved: true, stale: true, reasons: ["name"] })).detail).toBe(
      "return token.expires_at > now()  ·  name  ·  not saved  ·  changed since it was indexed",
    );
  });

  it("has a key that the same chunk has in another answer, and no other chunk", () => {
    expect(keyOf(hit())).toBe(keyOf(hit({ score: 0.1, reasons: [] })));
    expect(keyOf(hit())).not.toBe(keyOf(hit({ line: 40 })));
  });
});

describe("the line of a snippet", () => {
  const line = (text: string, ...lit: string[]): string =>
    snippetLine({
      text,
      highlights: lit.map((word) => ({ start: text.indexOf(word), end: text.indexOf(word) + word.length })),
    });

  it("is one with a highlight below the signature", () => {
    expect(line("def f(token):\n    a = 1\n    check(token_age)", "token", "token_age")).toBe("check(token_age)");
  });

  it("is the first telling one below the signature where none is lit", () => {
    expect(line('def f(\n    a,\n    b,\n):\n    """\n    Checks it.\n    """')).toBe("Checks it.");
  });

  it("is a docstring without its quotes", () => {
    expect(line('def f():\n    """Checks it."""')).toBe("Checks it.");
  });

  it("is the signature where there is nothing else", () => {
    expect(line("@property\ndef f(self): ...", "f")).toBe("def f(self): ...");
  });

  it("is cut where it is long, and is never read as an icon", () => {
    expect(snippetLine({ text: "word ".repeat(50), highlights: [] }, 20)).toBe("word word word word…");
    expect(line('x = "$(rm)"')).not.toContain("$(");
  });

  it("is empty for an empty snippet", () => {
    expect(line("")).toBe("");
  });
});
