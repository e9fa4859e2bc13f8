import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP proxy on loopback that can be cut, stalled, or made to swallow everything. */
export class Proxy implements AsyncDisposable {
  readonly #server = createServer((socket) => {
    this.#accept(socket);
  });
  readonly #sockets = new Set<Socket>();
  readonly #target: { readonly host: string; readonly port: number };
  /** Number of connections that were made through the proxy. */
  connections = 0;
  #isCut = false;
  #isStalled = false;
  /** Open ways from one socket to another. */
  readonly #ways = new Map<Socket, Socket>();

  private constructor(target: string) {
    const [host = "", port = ""] = target.split(":");
    this.#target = { host, port: Number(port) };
  }

  /** @param target HOST:PORT */
  static async to(target: string): Promise<Proxy> {
    const proxy = new Proxy(target);
    const { promise, resolve } = Promise.withResolvers<void>();
    proxy.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks every connection, and all new ones until the proxy is mended. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  /** Breaks every present connection; new ones go through. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Silently lets nothing through until `flow` is called. */
  stall(): void {
    this.#isStalled = true;
    for (const socket of this.#sockets) socket.unpipe();
  }

  flow(): void {
    this.#isStalled = false;
    for (const [from, to] of this.#ways) from.pipe(to);
  }

  /**
   * Swallows everything on the present connections from now on, even their ends, as if a machine
   * had lost its power: neither side hears from the other. New connections go through.
   */
  vanish(): void {
    for (const socket of this.#sockets) {
      this.#ways.delete(socket);
      socket.unpipe().resume();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => {
      resolve();
    });
    await promise;
  }

  #accept(socket: Socket): void {
    if (this.#isCut) {
      socket.resetAndDestroy();
      return;
    }
    this.connections += 1;
    const onward = connect(this.#target);
    for (const [end, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      this.#sockets.add(end);
      this.#ways.set(end, other);
      if (!this.#isStalled) end.pipe(other);
      end.on("error", () => undefined);
      end.on("close", () => {
        this.#sockets.delete(end);
        if (this.#ways.delete(end)) other.destroy();
      });
    }
  }
}
