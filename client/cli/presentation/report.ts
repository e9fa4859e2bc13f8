import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { EXIT } from "../failure.ts";
import { runToJson, sweepToJson } from "../../../shared/wire/json.ts";
import { runDetails } from "./runDetails.ts";
import { runTable } from "./runTable.ts";

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** Prints a run; one that did not succeed makes the command fail. */
export function reportRun(run: Run__Output, json: boolean): void {
  if (json) printJson(runToJson(run));
  else process.stdout.write(`${runDetails(run)}\n`);
  failUnlessSucceeded(run.state, `${run.name}: ${run.error}`);
}

/** Prints a sweep; one that did not succeed makes the command fail. */
export function reportSweep(sweep: Sweep__Output, json: boolean): void {
  if (json) printJson(sweepToJson(sweep));
  else process.stdout.write(`${runTable(sweep.runs)}\n`);
  failUnlessSucceeded(sweep.state, `${sweep.name}: not every run succeeded`);
}

function failUnlessSucceeded(state: string, message: string): void {
  const short = shortName("state", state);
  if (short === "SUCCEEDED") return;
  process.stderr.write(`lyapunov: ${short}: ${message}\n`);
  process.exitCode = EXIT.failed;
}
