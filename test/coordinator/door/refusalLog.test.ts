import assert from "node:assert/strict";
import { Writable } from "node:stream";

import { status as Code } from "@grpc/grpc-js";
import pino from "pino";

import { RefusalLog } from "../../../coordinator/door/refusalLog.ts";
import { ApiError } from "../../../shared/wire/errorDetails.ts";

describe("the log of refusals", () => {
  it("reports one a second, and how many it left out", () => {
    const lines: string[] = [];
    const sink = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    let now = 0;
    const refusals = new RefusalLog(pino(sink), () => now);
    const error = new ApiError(Code.UNAUTHENTICATED, "TOKEN_MISSING", "no token");
    for (const time of [0, 10, 999, 1000, 1001]) {
      now = time;
      refusals.note("10.0.0.7", "/x/Y", error);
    }
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", /"address":"10.0.0.7".*call refused: no token/);
    assert.match(lines[1] ?? "", /"unsaid":2/);
  });
});
