import { Metadata, status as Code, type ServiceError } from "@grpc/grpc-js";

import type { FieldViolation } from "../specification/violations.ts";
import { messageType } from "./messageTypes.ts";

const DOMAIN = "lyapunov-cluster";
const TRAILER = "grpc-status-details-bin";
const TYPE_PREFIX = "type.googleapis.com/";

/** Stable reasons for the ways in which a call can fail. */
export type ErrorReason =
  | "INVALID_FIELD"
  | "NOT_FOUND"
  | "REQUEST_ID_REUSED"
  | "ETAG_MISMATCH"
  | "ALREADY_ENDED"
  | "UNKNOWN_KIND"
  | "DAMAGED_RECORD"
  | "SHUTTING_DOWN"
  | "TOKEN_MISSING"
  | "TOKEN_UNKNOWN"
  | "ROLE_MISSING"
  | "LIMIT_REACHED"
  | "WATCH_NOT_READ"
  | "STANDBY"
  | "INTERNAL";

/** A failed call, as the client sees it. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: Code;
  readonly reason: ErrorReason;
  readonly violations: readonly FieldViolation[];

  constructor(
    code: Code,
    reason: ErrorReason,
    message: string,
    options: { readonly violations?: readonly FieldViolation[]; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.reason = reason;
    this.violations = options.violations ?? [];
  }
}

/** Refuses a request for one field; the description says what is allowed. */
export function invalidField(field: string, description: string): ApiError {
  return new ApiError(Code.INVALID_ARGUMENT, "INVALID_FIELD", `${field}: ${description}`, {
    violations: [{ field, description }],
  });
}

/**
 * Refuses a request that asks for more than a limit allows.
 *
 * @param field the field that asks for too much; empty if it is the request itself.
 */
export function limitReached(field: string, description: string): ApiError {
  const message = field === "" ? description : `${field}: ${description}`;
  return new ApiError(Code.RESOURCE_EXHAUSTED, "LIMIT_REACHED", message, {
    violations: field === "" ? [] : [{ field, description }],
  });
}

/**
 * Most bytes of the sentence, and also of all bad fields together. Both go into the trailers, and
 * clients take at most 8 KiB of these, encoded. Beyond that, the C core of gRPC refuses the answer,
 * and Node breaks the connection with every other call on it.
 */
const MAXIMUM_TEXT_BYTES = 1024;

/**
 * Converts an error to what grpc-js sends: code, sentence, and google.rpc details in the trailer.
 */
export function toStatus(error: ApiError): { code: Code; details: string; metadata: Metadata } {
  const message = cut(error.message, MAXIMUM_TEXT_BYTES);
  const details = [any("google.rpc.ErrorInfo", { reason: error.reason, domain: DOMAIN })];
  if (error.violations.length > 0) {
    details.push(any("google.rpc.BadRequest", { fieldViolations: firstOf(error.violations) }));
  }
  const metadata = new Metadata();
  const body = encode("google.rpc.Status", { code: error.code, message, details });
  metadata.set(TRAILER, Buffer.from(body));
  return { code: error.code, details: message, metadata };
}

/** The first violations: as many as there is room for, and at least one. */
function firstOf(violations: readonly FieldViolation[]): FieldViolation[] {
  const first: FieldViolation[] = [];
  let room = MAXIMUM_TEXT_BYTES;
  for (const { field, description } of violations) {
    room -= Buffer.byteLength(field) + Buffer.byteLength(description);
    if (room < 0 && first.length > 0) break;
    first.push({ field, description: cut(description, MAXIMUM_TEXT_BYTES) });
  }
  return first;
}

/** Cuts a text to a number of bytes, in whole characters; encodeURI throws on half of one. */
function cut(text: string, maximumBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maximumBytes) return text.toWellFormed();
  return `${bytes
    .subarray(0, maximumBytes)
    .toString()
    .replace(/\uFFFD+$/, "")}…`;
}

/** A message `google.protobuf.Any` that holds a message of the named type. */
function any(name: string, value: Record<string, unknown>) {
  return { type_url: TYPE_PREFIX + name, value: encode(name, value) };
}

function encode(name: string, value: Record<string, unknown>): Uint8Array {
  const type = messageType(name);
  return type.encode(type.fromObject(value)).finish();
}

function decode(name: string, bytes: Uint8Array): unknown {
  const type = messageType(name);
  return type.toObject(type.decode(bytes));
}

/** Reads the details of a failed call from its trailer; they are empty if it has none. */
export function readDetails(error: ServiceError): {
  readonly reason: string;
  readonly violations: readonly FieldViolation[];
} {
  const [trailer] = error.metadata.get(TRAILER);
  let reason = "";
  const violations: FieldViolation[] = [];
  if (trailer instanceof Buffer) {
    const body = decode("google.rpc.Status", trailer) as {
      details?: { type_url: string; value: Uint8Array }[];
    };
    for (const { type_url: url, value } of body.details ?? []) {
      if (url === TYPE_PREFIX + "google.rpc.ErrorInfo") {
        reason = (decode("google.rpc.ErrorInfo", value) as { reason: string }).reason;
      } else if (url === TYPE_PREFIX + "google.rpc.BadRequest") {
        const request = decode("google.rpc.BadRequest", value) as {
          fieldViolations?: FieldViolation[];
        };
        violations.push(...(request.fieldViolations ?? []));
      }
    }
  }
  return { reason, violations };
}
