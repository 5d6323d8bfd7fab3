import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A host that answers nothing of use and remembers what it was asked. */
export class Listener {
  readonly asked: string[] = [];

  private constructor(private readonly server: Server) {
    server.on("request", (request, response) => {
      this.asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
      response.writeHead(404).end();
    });
  }

  static async start(): Promise<Listener> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Listener(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
