import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { runToJson, sweepToJson } from "../../../shared/wire/json.ts";
import { isOtherKind, otherKindDetails, otherKindTable } from "./otherKind.ts";
import { printJson } from "./printJson.ts";
import { runDetails } from "./runDetails.ts";
import { runTable } from "./runTable.ts";

/** Formats one run for people, whatever its kind. */
export function runText(run: Run__Output): string {
  return isOtherKind(run) ? otherKindDetails(run) : runDetails(run);
}

/**
 * Formats a sweep for people, a run a row.
 *
 * @param named whether the runs' names are shown, by which a cluster knows them
 */
export function sweepText({ runs }: Sweep__Output, named = false): string {
  const others = runs.filter(isOtherKind);
  const networks = runs.filter((run) => !isOtherKind(run));
  if (others.length === 0) return runTable(networks, named);
  const tables = networks.length === 0 ? [] : [runTable(networks, named)];
  return [...tables, otherKindTable(others, named)].join("\n");
}

/** Prints a run. */
export function reportRun(run: Run__Output, json: boolean): void {
  if (json) printJson(runToJson(run));
  else process.stdout.write(`${runText(run)}\n`);
}

/**
 * Makes the command fail if the run did not succeed; it is called once the run is printed.
 *
 * @throws Error
 */
export function assertRunSucceeded({ name, state, error }: Run__Output): void {
  assertSucceeded(state, `${name}: ${error}`);
}

/** Prints a sweep; see sweepText. */
export function reportSweep(sweep: Sweep__Output, json: boolean, named: boolean): void {
  if (json) printJson(sweepToJson(sweep));
  else process.stdout.write(`${sweepText(sweep, named)}\n`);
}

/**
 * Makes the command fail if a run of the sweep did not succeed.
 *
 * @throws Error
 */
export function assertSweepSucceeded({ name, state }: Sweep__Output): void {
  assertSucceeded(state, `${name}: not every run succeeded`);
}

function assertSucceeded(state: string, message: string): void {
  const short = shortName("state", state);
  if (short !== "SUCCEEDED") throw new Error(`${short}: ${message}`);
}
