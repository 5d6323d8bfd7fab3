import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Temporary folders of a run are made in one of its own, which goes with it. */
export default function setUp(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "smysl-tests-"));
  process.env["TMPDIR"] = folder;
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}
