import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

/** A proxy on this machine that passes encrypted connections on, counts what comes back, and can break. */
export class Proxy {
  /** Bytes that came from the index since the start. */
  received = 0;
  private readonly open = new Set<Socket>();
  private limit = Infinity;

  private constructor(private readonly server: Server) {
    server.on("connect", (request, client: Socket) => {
      this.tunnel(client, request.url ?? "");
    });
  }

  static async start(): Promise<Proxy> {
    const server = createServer();
    const proxy = new Proxy(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From so many bytes on every connection is cut and no new one made, until `heal`. */
  breakAfter(bytes: number): void {
    this.limit = this.received + bytes;
  }

  heal(): void {
    this.limit = Infinity;
  }

  async stop(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, "close");
  }

  private get broken(): boolean {
    return this.received >= this.limit;
  }

  private cut(): void {
    for (const socket of this.open) {
      socket.destroy();
    }
  }

  private tunnel(client: Socket, address: string): void {
    if (this.broken) {
      client.destroy();
      return;
    }
    const [host = "", port] = address.split(":");
    const far = connect(Number(port), host);
    for (const socket of [client, far]) {
      this.open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        this.open.delete(socket);
        client.destroy();
        far.destroy();
      });
    }
    far.on("connect", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(far);
      far.pipe(client);
    });
    far.on("data", (data: Buffer) => {
      this.received += data.length;
      if (this.broken) {
        this.cut();
      }
    });
  }
}
