import { expect, test } from "vitest";
import { lastWords, readStep, readTrouble } from "../../../extension/src/environment/installer";

test.each([
  ["  Downloading numpy-2.3.1-cp312-cp312-manylinux_2_28_x86_64.whl (16.6 MB)", "numpy", "16.6 MB"],
  ["Downloading numpy (15.8MiB)", "numpy", "15.8MiB"],
  ["  Downloading https://files.example/packages/ab/cd/rich-15.0.0-py3-none-any.whl", "rich", ""],
])("the line %s is a download", (line, name, size) => {
  expect(readStep(line)).toEqual({ kind: "downloading", name, size });
});

test("metadata is no download worth telling, other lines are no step", () => {
  expect(readStep("  Downloading rich-15.0.0-py3-none-any.whl.metadata (18 kB)")).toBeUndefined();
  expect(readStep("Collecting numpy>=1.26")).toBeUndefined();
});

test("unpacking is told by pip and by uv", () => {
  expect(readStep("Installing collected packages: numpy, rich")).toEqual({ kind: "unpacking" });
  expect(readStep("Prepared 41 packages in 2.31s")).toEqual({ kind: "unpacking" });
});

test.each([
  ["ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk-full"],
  ["error: failed to write: No space left on device (os error 28)", "disk-full"],
  ["NewConnectionError('<...>: Failed to establish a new connection: [Errno 111] Connection refused')", "offline"],
  ["ERROR: Could not find a version\n Temporary failure in name resolution", "offline"],
  ["pip._vendor.urllib3.exceptions.IncompleteRead: IncompleteRead(1 bytes read, 2 more expected)", "offline"],
  ["ReadTimeoutError: HTTPSConnectionPool(host='x', port=443): Read timed out.", "offline"],
  ["error: Failed to fetch: `http://127.0.0.1/simple/numpy/`", "offline"],
  ["ERROR: No matching distribution found for apsw>=3.53", "not-installed"],
] as const)("what pip or uv wrote is understood: %s", (output, trouble) => {
  expect(readTrouble(output)).toBe(trouble);
});

test("the last words are those of the error, not of pip's advertising", () => {
  const output = [
    "Collecting numpy",
    "ERROR: Could not find a version that satisfies the requirement numpy",
    "ERROR: No matching distribution found for numpy",
    "",
    "[notice] A new release of pip is available",
  ].join("\n");
  expect(lastWords(output)).toBe(
    "ERROR: Could not find a version that satisfies the requirement numpy ERROR: No matching distribution found for numpy",
  );
  expect(lastWords("one\ntwo\nthree\nfour")).toBe("two three four");
});
