import type { Server, ServerCredentials } from "@grpc/grpc-js";

/**
 * Listens and resolves with the port.
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
    else {
      reject(
        new Error(`--listen ${address}: cannot be listened on; is the port taken? give another`, {
          cause: error,
        }),
      );
    }
  });
  return promise;
}
