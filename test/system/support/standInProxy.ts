import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

/** An HTTP proxy on loopback that keeps all that it is sent, as a curious one could. */
export class StandInProxy implements AsyncDisposable {
  /** The places to which it was asked to connect, as HOST:PORT. */
  readonly asked: string[] = [];
  /** What callers sent, beside the requests to connect. */
  seen = "";
  /** Connections that were made to it. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: string | undefined) {
    this.#server = createServer((_request, response) => {
      response.writeHead(405).end();
    });
    this.#server.on("connection", (socket: Socket) => {
      this.connections += 1;
      this.#keep(socket);
      socket.on("data", (bytes: Buffer) => {
        this.seen += bytes.toString("latin1");
      });
    });
    this.#server.on("connect", ({ url = "" }, socket: Socket) => {
      this.asked.push(url);
      if (target === undefined) {
        socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
        return;
      }
      const [host = "", port = ""] = target.split(":");
      const onward = connect({ host, port: Number(port) });
      this.#keep(onward);
      socket.write("HTTP/1.1 200 Connected\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
  }

  /** @param target HOST:PORT to which every way leads; undefined refuses them all. */
  static async to(target: string | undefined): Promise<StandInProxy> {
    const proxy = new StandInProxy(target);
    const { promise, resolve } = Promise.withResolvers<void>();
    proxy.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => {
      resolve();
    });
    await promise;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#sockets.delete(socket);
    });
  }
}
