import type { ServiceError } from "@grpc/grpc-js";

import { NothingToDraw } from "../../shared/charts/nothingToDraw.ts";
import { ValidationError } from "../../shared/specification/violations.ts";
import { InputError } from "../sdk/errors.ts";
import { EXIT, TargetMissed, type Failure } from "./exitCodes.ts";
import { flagSentence } from "./flagNames.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/** Describes any failure as a command says it. */
export async function describeFailure(error: unknown): Promise<Failure> {
  if (error instanceof InputError || error instanceof NothingToDraw) {
    return { message: error.message, exitCode: EXIT.badInput };
  }
  if (error instanceof ValidationError) {
    return { message: flagSentence(error.violations), exitCode: EXIT.badInput };
  }
  if (error instanceof TargetMissed) {
    return { message: error.message, exitCode: EXIT.targetMissed };
  }
  if (isServiceError(error)) {
    // grpc-js is loaded by now; commands that call nobody never load it.
    const { describeServiceFailure } = await import("./serviceFailure.ts");
    return describeServiceFailure(error);
  }
  const message = reasonOf(error);
  return { message, exitCode: EXIT.failed };
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && "metadata" in error;
}
