import { status as Code } from "@grpc/grpc-js";
import type { Logger } from "pino";

import { ValidationError } from "../../shared/specification/violations.ts";
import { ApiError, invalidField } from "../../shared/wire/errorDetails.ts";
import { DamagedRecord, InvalidPageToken, UnknownKind } from "../ledger/ledger.ts";

/** The error that a client is told of; a failure of the coordinator itself goes into the log. */
export function asApiError(error: unknown, log: Logger, method: string): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ValidationError) {
    const { violations, message } = error;
    return new ApiError(Code.INVALID_ARGUMENT, "INVALID_FIELD", message, { violations });
  }
  if (error instanceof InvalidPageToken) return invalidField("page_token", error.message);
  if (error instanceof UnknownKind) {
    return new ApiError(Code.FAILED_PRECONDITION, "UNKNOWN_KIND", error.message);
  }
  if (error instanceof DamagedRecord) {
    return new ApiError(Code.DATA_LOSS, "DAMAGED_RECORD", error.message);
  }
  log.error({ err: error, method }, "call failed");
  return new ApiError(Code.INTERNAL, "INTERNAL", "the coordinator failed; see its log", {
    cause: error,
  });
}
