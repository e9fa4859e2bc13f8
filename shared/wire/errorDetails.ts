import { Metadata, type status as Code, type ServiceError } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { join } from "node:path";

import type { FieldViolation } from "../network/violations.ts";
import { packageRoot } from "./packageRoot.ts";

const DOMAIN = "lyapunov-cluster";
const TRAILER = "grpc-status-details-bin";
const TYPE_PREFIX = "type.googleapis.com/";

const root = new protobuf.Root();
root.resolvePath = (_origin, target) => join(packageRoot(), "proto", target);
root.loadSync(["google/rpc/status.proto", "google/rpc/error_details.proto"]);
const Status = root.lookupType("google.rpc.Status");
const ErrorInfo = root.lookupType("google.rpc.ErrorInfo");
const BadRequest = root.lookupType("google.rpc.BadRequest");

/** Stable reasons, one for each way in which a call can fail. */
export type ErrorReason =
  | "INVALID_FIELD"
  | "NOT_FOUND"
  | "REQUEST_ID_REUSED"
  | "ETAG_MISMATCH"
  | "ALREADY_ENDED"
  | "SHUTTING_DOWN"
  | "TOKEN_MISSING"
  | "TOKEN_UNKNOWN"
  | "ROLE_MISSING"
  | "LIMIT_REACHED"
  | "STANDBY"
  | "INTERNAL";

/** A failure that a client of the API sees. */
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

/** The error as grpc-js sends it: code, sentence, and google.rpc details in the trailer. */
export function toStatus(error: ApiError): { code: Code; details: string; metadata: Metadata } {
  const details = [any(ErrorInfo, { reason: error.reason, domain: DOMAIN })];
  if (error.violations.length > 0) {
    details.push(any(BadRequest, { fieldViolations: error.violations }));
  }
  const body = Status.fromObject({ code: error.code, message: error.message, details });
  const metadata = new Metadata();
  metadata.set(TRAILER, Buffer.from(Status.encode(body).finish()));
  return { code: error.code, details: error.message, metadata };
}

function any(type: protobuf.Type, value: Record<string, unknown>) {
  return {
    type_url: TYPE_PREFIX + type.fullName.slice(1),
    value: type.encode(type.fromObject(value)).finish(),
  };
}

/** What a failed call said, from its trailer; reason and violations are empty if it had none. */
export function readDetails(error: ServiceError): {
  readonly reason: string;
  readonly violations: readonly FieldViolation[];
} {
  const [trailer] = error.metadata.get(TRAILER);
  let reason = "";
  const violations: FieldViolation[] = [];
  if (trailer instanceof Buffer) {
    const body = Status.toObject(Status.decode(trailer)) as {
      details?: { type_url: string; value: Uint8Array }[];
    };
    for (const { type_url: url, value } of body.details ?? []) {
      if (url === TYPE_PREFIX + "google.rpc.ErrorInfo") {
        reason = (ErrorInfo.toObject(ErrorInfo.decode(value)) as { reason: string }).reason;
      } else if (url === TYPE_PREFIX + "google.rpc.BadRequest") {
        const request = BadRequest.toObject(BadRequest.decode(value)) as {
          fieldViolations?: FieldViolation[];
        };
        violations.push(...(request.fieldViolations ?? []));
      }
    }
  }
  return { reason, violations };
}
