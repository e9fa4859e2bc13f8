import type { Metadata, sendUnaryData, ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import type { Logger } from "pino";

import { toStatus } from "../../shared/wire/errorDetails.ts";
import { asApiError } from "../simulations/failures.ts";

/** Makes a unary handler of an async function; what it throws becomes a status with details. */
export function unary<Request, Response>(
  log: Logger,
  handle: (request: Request, metadata: Metadata) => Promise<Response>,
) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    handle(call.request, call.metadata).then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback(toStatus(asApiError(error, log, call.getPath())));
      },
    );
  };
}

/** Makes a server-streaming handler; the stream ends when the function does, or fails as it does. */
export function serverStreaming<Request, Response>(
  log: Logger,
  handle: (request: Request, stream: ServerWritableStream<Request, Response>) => Promise<void>,
) {
  return (stream: ServerWritableStream<Request, Response>): void => {
    handle(stream.request, stream).then(
      () => {
        stream.end();
      },
      (error: unknown) => {
        stream.emit("error", toStatus(asApiError(error, log, stream.getPath())));
      },
    );
  };
}
