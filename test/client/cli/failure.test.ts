import assert from "node:assert/strict";

import { Metadata, status as Code, type ServiceError } from "@grpc/grpc-js";

import { createCommandLine } from "../../../client/cli/commandLine.ts";
import { EXIT } from "../../../client/cli/exitCodes.ts";
import { describeFailure } from "../../../client/cli/failure.ts";
import { InputError } from "../../../client/sdk/errors.ts";
import { NothingToDraw } from "../../../shared/charts/nothingToDraw.ts";
import { ValidationError } from "../../../shared/specification/violations.ts";
import { ApiError, toStatus } from "../../../shared/wire/errorDetails.ts";

const HELP = "see lyapunov";

describe("failures of the command", () => {
  const mistakes: readonly [line: string, sentence: string][] = [
    ["run --threads 0", "--threads: '0' is not allowed; give an integer from 1 to 1024"],
    ["run --workers 1.5", "--workers: '1.5' is not allowed; give an integer from 1 to 1024"],
    ["runs list --limit", `option '--limit <count>' argument missing; ${HELP} runs list --help`],
    [
      "--log-level loud exact",
      "--log-level: 'loud' is not allowed; give one of debug, info, warn, error, silent",
    ],
    [
      "run --ledger pg://a",
      "--ledger: 'pg://a' is not allowed; give a file or memory; only serve takes a database",
    ],
    [
      "work --coordinator x",
      "--coordinator: 'x' is not allowed; give HOST:PORT, such as 127.0.0.1:7400, or several, separated by commas",
    ],
    [
      "runs show frob",
      "NAME: 'frob' is not allowed; give runs/{id} or sweeps/{id}, see 'lyapunov runs list' or 'lyapunov sweeps list'",
    ],
    [
      "token a,b --roles read",
      "NAME: 'a,b' is not allowed; give 1 to 64 letters, digits, and . _ @ -",
    ],
    ["token a", `required option '--roles <roles>' not specified; ${HELP} token --help`],
    ["run --widht 4", `unknown option '--widht' (Did you mean --width?); ${HELP} run --help`],
    ["rn", `unknown command 'rn' (Did you mean run?); ${HELP} --help`],
    ["sweep", `missing required argument 'file'; ${HELP} sweep --help`],
    [
      "run again",
      `too many arguments for 'run'; expected 0 arguments but got 1: again; ${HELP} run --help`,
    ],
    [
      "sweep a b",
      `too many arguments for 'sweep'; expected 1 argument but got 2: a, b; ${HELP} sweep --help`,
    ],
    [
      "run --coordinator a:1 --threads 2",
      `option '--coordinator <host:port>' cannot be used with option '--threads <count>'; ${HELP} run --help`,
    ],
  ];
  for (const [line, sentence] of mistakes) {
    it(`say '${sentence}'`, async () => {
      const parsed = createCommandLine().parseAsync(line.split(" "), { from: "user" });
      await assert.rejects(parsed, new InputError(sentence));
    });
  }

  it("are bad input where input is refused or there is nothing to draw", async () => {
    const refused = new InputError("--width: 0 is not allowed");
    assert.deepEqual(await describeFailure(refused), {
      message: refused.message,
      exitCode: EXIT.badInput,
    });
    const nothing = new NothingToDraw({ name: "runs/a" }, "no run has an estimate yet");
    assert.deepEqual(await describeFailure(nothing), {
      message: "runs/a: no run has an estimate yet",
      exitCode: EXIT.badInput,
    });
  });

  it("name fields by their flags, all of them, whether refused here or by the coordinator", async () => {
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
    assert.deepEqual(await describeFailure(here), { message, exitCode: EXIT.badInput });
    const there = new ApiError(Code.INVALID_ARGUMENT, "INVALID_FIELD", "four fields", {
      violations: violations.map((one) => ({ ...one, field: `run.${one.field}` })),
    });
    const received = Object.assign(new Error("four fields"), toStatus(there));
    assert.deepEqual(await describeFailure(received), { message, exitCode: EXIT.badInput });
  });

  it("give only the cause where the coordinator cannot be reached", async () => {
    const { message, exitCode } = await describeFailure(
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

  it("repeat what the coordinator says, and what anything else does", async () => {
    assert.deepEqual(await describeFailure(serviceError(Code.NOT_FOUND, "'runs/x' is unknown")), {
      message: "'runs/x' is unknown",
      exitCode: EXIT.failed,
    });
    assert.deepEqual(await describeFailure(new Error("no space left")), {
      message: "no space left",
      exitCode: EXIT.failed,
    });
  });
});

function serviceError(code: Code, details: string): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: new Metadata() });
}
