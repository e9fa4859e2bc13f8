import assert from "node:assert/strict";

import { Metadata, status as Code, type ServiceError } from "@grpc/grpc-js";

import { describeFailure, EXIT, usageSentence } from "../../../client/cli/failure.ts";
import { ValidationError } from "../../../shared/specification/violations.ts";
import { ApiError, toStatus } from "../../../shared/wire/errorDetails.ts";

describe("failures of the command", () => {
  const complaints: readonly [string, string][] = [
    [
      "error: option '--threads <count>' argument '0' is invalid. Give an integer from 1 to 1024.",
      "--threads: '0' is not allowed; give an integer from 1 to 1024",
    ],
    [
      "error: option '-l, --log-level <level>' argument 'loud' is invalid. Allowed choices are debug, info.",
      "--log-level: 'loud' is not allowed; give one of debug, info",
    ],
    [
      "error: option '--coordinator <host:port>' value 'x' from env 'LYAPUNOV_COORDINATOR' is invalid. Give HOST:PORT.",
      "LYAPUNOV_COORDINATOR: 'x' is not allowed; give HOST:PORT",
    ],
    [
      "error: unknown option '--widht'\n(Did you mean --width?)",
      "unknown option '--widht' (Did you mean --width?); lyapunov --help lists what there is",
    ],
    [
      "error: too many arguments for 'run'. Expected 0 arguments but got 1: again.",
      "too many arguments for 'run'; expected 0 arguments but got 1: again; lyapunov --help lists what there is",
    ],
  ];
  for (const [complaint, sentence] of complaints) {
    it(`say '${sentence}'`, () => {
      assert.equal(usageSentence(`${complaint}\n`), sentence);
    });
  }

  it("name fields by their flags, all of them, whether refused here or by the coordinator", () => {
    const violations = [
      { field: "network.negative_slope", description: "'x' is not allowed" },
      { field: "stopping_rule.precision.lyapunov_exponent", description: "0 is not allowed" },
      { field: "checkpoint_depths", description: "9 is not allowed" },
      { field: "network.degrees_of_freedom", description: "2 is not allowed" },
    ];
    const message =
      "--negative-slope: 'x' is not allowed; --precision: 0 is not allowed; " +
      "--checkpoints: 9 is not allowed; --degrees-of-freedom: 2 is not allowed";
    const here = new ValidationError(violations);
    assert.deepEqual(describeFailure(here), { message, exitCode: EXIT.badInput });
    const there = new ApiError(Code.INVALID_ARGUMENT, "INVALID_FIELD", "four fields", {
      violations: violations.map((one) => ({ ...one, field: `run.${one.field}` })),
    });
    const received = Object.assign(new Error("four fields"), toStatus(there));
    assert.deepEqual(describeFailure(received), { message, exitCode: EXIT.badInput });
  });

  it("give the cause alone where the coordinator cannot be reached", () => {
    const { message, exitCode } = describeFailure(
      serviceError(
        Code.UNAVAILABLE,
        "No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ",
      ),
    );
    assert.equal(exitCode, EXIT.failed);
    assert.equal(
      message,
      "the coordinator cannot be reached (connect ECONNREFUSED 127.0.0.1:1); " +
        "is it running, and is --coordinator right?",
    );
  });

  it("repeat what the coordinator says, and what anything else does", () => {
    assert.deepEqual(describeFailure(serviceError(Code.NOT_FOUND, "'runs/x' is not known here")), {
      message: "'runs/x' is not known here",
      exitCode: EXIT.failed,
    });
    assert.deepEqual(describeFailure(new Error("no space left")), {
      message: "no space left",
      exitCode: EXIT.failed,
    });
  });
});

function serviceError(code: Code, details: string): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: new Metadata() });
}
