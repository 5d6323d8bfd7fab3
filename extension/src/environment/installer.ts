import type { Trouble } from "./trouble";

/** What the lines of pip and uv mean. Pure. */

export type Step =
  | { readonly kind: "waiting" }
  | { readonly kind: "looking" }
  | { readonly kind: "making" }
  /** `size` as the installer writes it, or empty. */
  | { readonly kind: "downloading"; readonly name: string; readonly size: string }
  | { readonly kind: "unpacking" }
  | { readonly kind: "checking" };

/** The step that this line of pip or uv begins, or undefined. */
export function readStep(line: string): Step | undefined {
  // pip: “  Downloading numpy-2.3.1-cp312-….whl (16.6 MB)”; uv: “Downloading numpy (15.8MiB)”.
  const download = /^\s*Downloading (\S+)(?: \(([^)]+)\))?$/.exec(line);
  if (download) {
    const [, file = "", size = ""] = download;
    const name = file.split("/").at(-1) ?? file;
    // The metadata of a package comes before the package, and is small.
    return name.endsWith(".metadata") ? undefined : { kind: "downloading", name: name.split("-")[0] ?? name, size };
  }
  if (/^\s*(Installing collected packages:|Prepared \d+ package)/.test(line)) {
    return { kind: "unpacking" };
  }
  return undefined;
}

const DISK_FULL = /No space left on device|\[Errno 28\]|os error 28|not enough space on the disk|\[WinError 112\]/i;
const OFFLINE = new RegExp(
  [
    "NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProtocolError|IncompleteRead|IncompleteDownload",
    "incomplete-download|Connection (?:broken|aborted|refused|reset|timed out)|ConnectionResetError|RemoteDisconnected",
    "Temporary failure in name resolution|getaddrinfo failed|ProxyError|SSLError|Max retries exceeded|Network is unreachable",
    "error sending request|Failed to fetch|error decoding response body|dns error|tcp connect error|HTTP error 5\\d\\d",
    "Could not fetch URL|THESE PACKAGES DO NOT MATCH THE HASHES",
  ].join("|"),
  "i",
);

/** What stood in the way, by what pip or uv wrote. */
export function readTrouble(output: string): Trouble {
  if (DISK_FULL.test(output)) {
    return "disk-full";
  }
  return OFFLINE.test(output) ? "offline" : "not-installed";
}

/** The last lines that say something, for a person who wants to know. */
export function lastWords(output: string): string {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("[notice]"));
  const errors = lines.filter((line) => /^error/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-3).join(" ");
}
