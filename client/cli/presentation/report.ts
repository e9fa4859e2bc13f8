import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { runToJson, sweepToJson } from "../../../shared/wire/json.ts";
import { isOtherKind, otherKindDetails, otherKindTable } from "./otherKind.ts";
import { printJson } from "./printJson.ts";
import { runDetails } from "./runDetails.ts";
import { runTable } from "./runTable.ts";
import { print } from "../streams.ts";
import { outputColumns } from "./terminal.ts";

/** Formats one run for people, whatever its kind, as wide as the terminal is. */
export function runText(run: Run__Output, limit = outputColumns()): string {
  return isOtherKind(run) ? otherKindDetails(run, limit) : runDetails(run, limit);
}

/**
 * Formats a sweep for people, a run a row, as wide as the terminal is.
 *
 * @param named whether the runs' names are shown, by which a cluster knows them
 */
export function sweepText({ runs }: Sweep__Output, named = false, limit = outputColumns()): string {
  const others = runs.filter(isOtherKind);
  const networks = runs.filter((run) => !isOtherKind(run));
  if (others.length === 0) return runTable(networks, limit, named);
  const tables = networks.length === 0 ? [] : [runTable(networks, limit, named)];
  return [...tables, otherKindTable(others, limit, named)].join("\n");
}

/** Prints a run. */
export async function reportRun(run: Run__Output, json: boolean): Promise<void> {
  if (json) await printJson(runToJson(run));
  else await print(`${runText(run)}\n`);
}

/**
 * Makes the command fail if the run did not succeed; it is called once the run is printed.
 *
 * @throws Error
 */
export function assertRunSucceeded({ name, state, error }: Run__Output): void {
  // A run that was cancelled has no error.
  assertSucceeded(state, error === "" ? name : `${name}: ${error}`);
}

/** Prints a sweep; see sweepText. */
export async function reportSweep(
  sweep: Sweep__Output,
  json: boolean,
  named: boolean,
): Promise<void> {
  if (json) await printJson(sweepToJson(sweep));
  else await print(`${sweepText(sweep, named)}\n`);
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
