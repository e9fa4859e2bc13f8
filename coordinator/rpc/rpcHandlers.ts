import {
  status as Code,
  type Metadata,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
} from "@grpc/grpc-js";
import type { Logger } from "pino";

import { ValidationError } from "../../shared/specification/violations.ts";
import { ApiError, toStatus } from "../../shared/wire/errorDetails.ts";
import { InvalidPageToken } from "../ledger/ledger.ts";

/** A unary handler from an async function: what it throws becomes a status with details. */
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

/** A server-streaming handler; the stream ends when the function does, or fails as it does. */
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

/** What a client is told of a failure; one that is ours goes into the log. */
export function asApiError(error: unknown, log: Logger, method: string): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ValidationError) {
    const { violations, message } = error;
    return new ApiError(Code.INVALID_ARGUMENT, "INVALID_FIELD", message, { violations });
  }
  if (error instanceof InvalidPageToken) return invalidField("page_token", error.message);
  log.error({ err: error, method }, "call failed");
  return new ApiError(Code.INTERNAL, "INTERNAL", "the coordinator failed; see its log", {
    cause: error,
  });
}

export function invalidField(field: string, description: string): ApiError {
  return new ApiError(Code.INVALID_ARGUMENT, "INVALID_FIELD", `${field}: ${description}`, {
    violations: [{ field, description }],
  });
}
