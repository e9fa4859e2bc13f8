import type { Server, ServerCredentials } from "@grpc/grpc-js";

import { cannotListen } from "../../shared/wire/listening.ts";

/**
 * Starts to listen, and resolves with the port.
 *
 * @throws Error if the address cannot be listened on.
 */
export function bind(
  server: Server,
  address: string,
  credentials: ServerCredentials,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync(address, credentials, (error, port) => {
    if (error === null) resolve(port);
    else reject(cannotListen("--listen", address, error));
  });
  return promise;
}
