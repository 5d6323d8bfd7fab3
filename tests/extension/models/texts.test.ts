import { describe, expect, it } from "vitest";
import { bytesText, modelText, partedModels } from "../../../extension/src/models/texts";
import { model } from "../examples";

describe("the list of models", () => {
  it("has what is installed first, the one in use at the top, then what can be downloaded", () => {
    const { installed, others } = partedModels([
      model({ name: "far" }),
      model({ name: "better", recommended: true }),
      model({ name: "here", installed: true }),
      model({ name: "used", installed: true, current: true }),
    ]);
    expect(installed.map(({ name }) => name)).toEqual(["used", "here"]);
    expect(others.map(({ name }) => name)).toEqual(["better", "far"]);
  });

  it("says what a download costs and whether it fits this machine", () => {
    expect(modelText(model({ recommended: true }))).toEqual({
      label: "$(star-full) bge-m3",
      description: "download 1.2 GB · 1,024 dimensions · fits this machine",
      detail: "Finds most in Russian.",
    });
    expect(modelText(model({ fits: false })).description).toContain("needs 1.6 GB: too large for this machine");
    expect(modelText(model({ fits: null })).description).not.toContain("machine");
  });

  it("marks the model in use, and one that reads no Russian", () => {
    const text = modelText(model({ installed: true, current: true, russian: false, sizeBytes: 46_000_000 }));
    expect(text.label).toBe("$(check) bge-m3");
    expect(text.description).toBe("in use · 46 MB · 1,024 dimensions · English only");
  });

  it("writes sizes in the units of download pages", () => {
    expect([400, 30_000_000, 999_400_000, 12_340_000_000].map(bytesText)).toEqual([
      "1 kB",
      "30 MB",
      "999 MB",
      "12.3 GB",
    ]);
  });
});
