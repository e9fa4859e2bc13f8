import assert from "node:assert/strict";

import { Metadata, status as Code, type ServiceError } from "@grpc/grpc-js";

import { ApiError, readDetails, toStatus } from "../../../shared/wire/errorDetails.ts";

function asReceived(error: ApiError): ServiceError {
  return Object.assign(new Error(error.message), toStatus(error));
}

describe("error details", () => {
  it("carry the reason and every refused field", () => {
    const violations = [
      { field: "run.network.width", description: "0 is not allowed" },
      { field: "run.network.gain", description: "'λ' is not allowed" },
    ];
    const error = new ApiError(Code.INVALID_ARGUMENT, "INVALID_FIELD", "two fields", {
      violations,
    });
    const { code, details } = toStatus(error);
    assert.deepEqual([code, details], [Code.INVALID_ARGUMENT, "two fields"]);
    assert.deepEqual(readDetails(asReceived(error)), { reason: "INVALID_FIELD", violations });
  });

  it("carry a reason alone where no field is at fault", () => {
    const error = new ApiError(Code.NOT_FOUND, "NOT_FOUND", "not here");
    assert.deepEqual(readDetails(asReceived(error)), { reason: "NOT_FOUND", violations: [] });
  });

  it("are empty for an error that came without them", () => {
    const bare = Object.assign(new Error("lost"), {
      code: Code.UNAVAILABLE,
      details: "lost",
      metadata: new Metadata(),
    });
    assert.deepEqual(readDetails(bare), { reason: "", violations: [] });
  });
});
