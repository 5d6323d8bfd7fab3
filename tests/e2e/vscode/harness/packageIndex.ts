import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./places";

/** The folder with everything that the wheel needs, downloaded once a machine. */
function packages(): string {
  const server = join(ROOT, "dist", "server");
  const requirements = join(server, "requirements.txt");
  const key = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "smysl-tests", `packages-${key}`);
  if (!existsSync(folder)) {
    const half = `${folder}.${process.pid}`;
    mkdirSync(half, { recursive: true });
    const wheel = readdirSync(server).find((name) => name.endsWith(".whl")) ?? "";
    const download = ["-m", "pip", "download", "--quiet", "--dest", half, "--constraint", requirements];
    execFileSync(join(ROOT, ".venv", "bin", "python"), [...download, join(server, wheel)], { stdio: "inherit" });
    renameSync(half, folder);
  }
  return folder;
}

/** A package index on this machine that answers as PyPI does, counts what it gives, and can be slow or break. */
export class PackageIndex {
  /** Bytes of packages given since the start. */
  given = 0;
  private limit = Infinity;
  private pauseAt = Infinity;
  private held: (() => void)[] | undefined;

  private constructor(
    private readonly server: Server,
    private readonly folder: string,
  ) {
    server.on("request", (request, response) => {
      const answer = () => {
        this.answer(decodeURIComponent(request.url ?? ""), response);
      };
      if (this.held) {
        this.held.push(answer);
      } else {
        answer();
      }
    });
  }

  static async start(): Promise<PackageIndex> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new PackageIndex(server, packages());
  }

  /** Bytes of all packages, and of the largest. */
  get size(): number {
    return this.sizes.reduce((sum, size) => sum + size, 0);
  }

  get largest(): number {
    return Math.max(...this.sizes);
  }

  private get sizes(): number[] {
    return readdirSync(this.folder)
      .filter((name) => !name.startsWith("smysl-"))
      .map((name) => statSync(join(this.folder, name)).size);
  }

  /** What makes pip use this index alone. The host is called trusted because pip caches nothing of others over http. */
  get variables(): NodeJS.ProcessEnv {
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/simple`;
    return {
      PIP_INDEX_URL: url,
      PIP_TRUSTED_HOST: "127.0.0.1",
      PIP_FIND_LINKS: "",
      PIP_RETRIES: "1",
      PIP_TIMEOUT: "300",
    };
  }

  /** Nothing is answered until `release`: whatever is installed meanwhile takes as long as the test needs. */
  hold(): void {
    this.held = [];
  }

  /** After so many bytes of packages nothing more is given until `release`. */
  holdAfter(bytes: number): void {
    this.pauseAt = this.given + bytes;
  }

  /** Requests that wait for `release`. */
  get waiting(): number {
    return this.held?.length ?? 0;
  }

  release(): void {
    const waiting = this.held ?? [];
    this.held = undefined;
    this.pauseAt = Infinity;
    for (const answer of waiting) {
      answer();
    }
  }

  /** After so many bytes of packages every connection is cut and none answered, until `heal`. */
  breakAfter(bytes: number): void {
    this.limit = this.given + bytes;
  }

  heal(): void {
    this.limit = Infinity;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private answer(path: string, response: ServerResponse): void {
    const [, kind, name = ""] = path.split("/");
    if (this.given >= this.limit) {
      response.destroy();
    } else if (kind === "simple") {
      const files = readdirSync(this.folder).filter((file) => normal(file.split("-")[0] ?? "") === normal(name));
      response.setHeader("Content-Type", "text/html");
      response.end(files.map((file) => `<a href="/packages/${encodeURIComponent(file)}">${file}</a>`).join("\n"));
    } else if (kind === "packages" && readdirSync(this.folder).includes(name)) {
      this.give(join(this.folder, name), response);
    } else {
      response.writeHead(404).end();
    }
  }

  private give(file: string, response: ServerResponse): void {
    response.setHeader("Content-Type", "application/octet-stream");
    response.setHeader("Content-Length", statSync(file).size);
    response.setHeader("Cache-Control", "max-age=365000000, immutable, public");
    const content = createReadStream(file);
    content.on("data", (piece) => {
      this.given += piece.length;
      if (this.given >= this.pauseAt) {
        content.unpipe(response);
        content.pause();
        (this.held ??= []).push(() => response.destroyed || content.pipe(response));
      }
      if (this.given >= this.limit) {
        content.destroy();
        this.server.closeAllConnections();
      }
    });
    content.pipe(response);
  }
}

/** A package's name as indexes compare it. */
function normal(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}
