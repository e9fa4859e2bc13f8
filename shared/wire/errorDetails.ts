import { Metadata, status as Code, type ServiceError } from "@grpc/grpc-js";

import type { FieldViolation } from "../specification/violations.ts";
import { messageType } from "./messageTypes.ts";
import { count } from "../text/counts.ts";

const DOMAIN = "lyapunov-cluster";
const TRAILER = "grpc-status-details-bin";
/** The fact in ErrorInfo that tells how many fields were refused, where not all are listed. */
const VIOLATION_COUNT = "violation_count";
const TYPE_PREFIX = "type.googleapis.com/";

/** Stable reasons for the ways in which a call can fail. */
export type ErrorReason =
  | "INVALID_FIELD"
  | "INVALID_MESSAGE"
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

/** Refuses a message as a whole: no single field of it is at fault. */
export function invalidMessage(description: string): ApiError {
  return new ApiError(Code.INVALID_ARGUMENT, "INVALID_MESSAGE", description);
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
  const { reason, violations } = error;
  const shown = firstOf(violations);
  const omitted = violations.length - shown.length;
  const message = omitted > 0 ? sentenceOf(shown, omitted) : cut(error.message, MAXIMUM_TEXT_BYTES);
  const facts = omitted > 0 ? { [VIOLATION_COUNT]: String(violations.length) } : {};
  const info = { reason, domain: DOMAIN, metadata: facts };
  const details = [any("google.rpc.ErrorInfo", info)];
  if (shown.length > 0) {
    details.push(any("google.rpc.BadRequest", { fieldViolations: shown }));
  }
  const metadata = new Metadata();
  const body = encode("google.rpc.Status", { code: error.code, message, details });
  metadata.set(TRAILER, Buffer.from(body));
  return { code: error.code, details: message, metadata };
}

/** Refused fields in a sentence that says how many others there are. */
function sentenceOf(shown: readonly FieldViolation[], omitted: number): string {
  const end = `; and ${count(omitted)} more refused fields`;
  const fields = shown.map(({ field, description }) => `${field}: ${description}`).join("; ");
  return cut(fields, MAXIMUM_TEXT_BYTES - end.length) + end;
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

/** True if a status has details already. */
export function hasDetails(metadata: Metadata | undefined): boolean {
  return metadata !== undefined && metadata.get(TRAILER).length > 0;
}

/** The details of a failed call. */
export interface ErrorDetails {
  readonly reason: string;
  /** The refused fields, or the first of them. */
  readonly violations: readonly FieldViolation[];
  /** Refused fields that are not listed. */
  readonly omittedCount: number;
}

/** Reads the details of a failed call from its trailer; they are empty if it has none. */
export function readDetails(error: ServiceError): ErrorDetails {
  const [trailer] = error.metadata.get(TRAILER);
  let reason = "";
  let refusedCount = 0;
  const violations: FieldViolation[] = [];
  if (trailer instanceof Buffer) {
    const body = decode("google.rpc.Status", trailer) as {
      details?: { type_url: string; value: Uint8Array }[];
    };
    for (const { type_url: url, value } of body.details ?? []) {
      if (url === TYPE_PREFIX + "google.rpc.ErrorInfo") {
        const info = decode("google.rpc.ErrorInfo", value) as {
          reason: string;
          metadata?: Readonly<Record<string, string>>;
        };
        reason = info.reason;
        refusedCount = Number(info.metadata?.[VIOLATION_COUNT] ?? 0);
      } else if (url === TYPE_PREFIX + "google.rpc.BadRequest") {
        const request = decode("google.rpc.BadRequest", value) as {
          fieldViolations?: FieldViolation[];
        };
        violations.push(...(request.fieldViolations ?? []));
      }
    }
  }
  return { reason, violations, omittedCount: Math.max(0, refusedCount - violations.length) };
}
