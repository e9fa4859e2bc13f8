import { once } from "node:events";
import type { Server } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";

import { hostOf } from "./addresses.ts";
import { reasonOf } from "./reason.ts";

/** Longest wait for a request, which is only a line and some headers. */
const REQUEST_TIMEOUT_MILLISECONDS = 10_000;
const MAXIMUM_CONNECTIONS = 4096;

/** Why an address cannot be listened on, and the remedy, by the system's error code. */
const REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is taken; give another",
  EADDRNOTAVAIL: "this machine has no such address; give one that it has, such as 127.0.0.1",
  EACCES: "this user may not use the port; give one from 1024 up",
  ENOTFOUND: "the host is unknown; give another, such as 127.0.0.1",
};

/** A server that listens; disposing of it cuts off all remaining connections. */
export interface Listening extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts an HTTP server on an address, with bounds on what strangers can take up.
 *
 * @param flag the command-line flag that gave the address, for example `--http`.
 * @param address HOST:PORT; port 0 takes a free one.
 * @throws Error if the address cannot be listened on.
 */
export async function listenOn(
  server: Server | TlsServer,
  flag: string,
  address: string,
): Promise<Listening> {
  server.requestTimeout = REQUEST_TIMEOUT_MILLISECONDS;
  server.maxConnections = MAXIMUM_CONNECTIONS;
  server.listen({
    // A socket takes an IPv6 address without its brackets.
    host: hostOf(address).replace(/^\[(.*)\]$/, "$1"),
    port: Number(address.slice(address.lastIndexOf(":") + 1)),
  });
  try {
    await once(server, "listening");
  } catch (error) {
    throw cannotListen(flag, address, error);
  }
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** @param cause the complaint of the system, or of gRPC in its place. */
export function cannotListen(flag: string, address: string, cause: unknown): Error {
  const code = /\bE[A-Z]{4,}\b/.exec(reasonOf(cause))?.[0] ?? "";
  const remedy = REMEDIES[code] ?? `${reasonOf(cause)}; give another address`;
  return new Error(`${flag}: cannot listen on ${address}: ${remedy}`, { cause });
}
