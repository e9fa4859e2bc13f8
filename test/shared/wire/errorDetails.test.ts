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
    assert.deepEqual(readDetails(asReceived(error)), {
      reason: "INVALID_FIELD",
      violations,
      omittedCount: 0,
    });
  });

  it("are cut to what clients take, between characters, with as many fields as there is room for", () => {
    const violations = Array.from({ length: 20_000 }, (_, i) => ({
      field: `sweep.runs[${i}].network.width`,
      description: `'${"😀".repeat(50)}' is not allowed`,
    }));
    const message = `x${"😀".repeat(100_000)}`;
    const { details, metadata } = toStatus(
      new ApiError(Code.INVALID_ARGUMENT, "INVALID_FIELD", message, { violations }),
    );
    assert.match(
      details,
      /^sweep\.runs\[0\]\.network\.width: .*…?; and 19,996 more refused fields$/u,
    );
    assert.ok(Buffer.byteLength(details) <= 1024 + 3, details);
    const received = Object.assign(new Error(details), {
      code: Code.INVALID_ARGUMENT,
      details,
      metadata,
    });
    const { violations: listed, omittedCount } = readDetails(received);
    assert.deepEqual([listed, omittedCount], [violations.slice(0, 4), 19_996]);
    const bytes =
      encodeURI(details).length +
      String(metadata.toHttp2Headers()["grpc-status-details-bin"]).length;
    assert.ok(bytes < 8192, `${bytes} bytes of trailers`);
  });

  it("have a sentence that is cut between characters", () => {
    const long = new ApiError(Code.NOT_FOUND, "NOT_FOUND", `x${"😀".repeat(100_000)}`);
    assert.match(toStatus(long).details, /^x(😀){255}…$/u);
  });

  it("never hold half a character, which no header takes", () => {
    const { details } = toStatus(new ApiError(Code.NOT_FOUND, "NOT_FOUND", "half \ud83d"));
    assert.equal(encodeURI(details), "half%20%EF%BF%BD");
  });

  it("carry only a reason where no field is at fault", () => {
    const error = new ApiError(Code.NOT_FOUND, "NOT_FOUND", "not here");
    assert.deepEqual(readDetails(asReceived(error)), {
      reason: "NOT_FOUND",
      violations: [],
      omittedCount: 0,
    });
  });

  it("are empty for an error that came without them", () => {
    const bare = Object.assign(new Error("lost"), {
      code: Code.UNAVAILABLE,
      details: "lost",
      metadata: new Metadata(),
    });
    assert.deepEqual(readDetails(bare), { reason: "", violations: [], omittedCount: 0 });
  });
});
