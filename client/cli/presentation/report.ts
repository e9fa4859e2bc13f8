import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { runToJson, sweepToJson } from "../../../shared/wire/json.ts";
import { isOtherKind, otherKindDetails, otherKindTable } from "./otherKind.ts";
import { count } from "../../../shared/text/counts.ts";
import { TargetMissed } from "../exitCodes.ts";
import { printJson } from "./printJson.ts";
import { runDetails } from "./runDetails.ts";
import { runTable } from "./runTable.ts";
import { isTraining, trainingDetails } from "./trainingText.ts";
import { hasMissedTarget, targetText } from "./targetText.ts";
import { print } from "../streams.ts";
import { outputColumns } from "./terminal.ts";

/** Formats one run for people, whatever its kind, as wide as the terminal is. */
export function runText(run: Run__Output, limit = outputColumns()): string {
  if (isTraining(run)) return trainingDetails(run, limit);
  return isOtherKind(run) ? otherKindDetails(run, limit) : runDetails(run, limit);
}

/**
 * Formats a sweep for people, a run a row, as wide as the terminal is.
 *
 * @param named whether the runs' names are shown, by which a cluster knows them
 * @internal exported for tests
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
 * Makes the command fail if the run did not succeed, or missed its precision; it is called once the
 * run is printed.
 *
 * @throws Error; TargetMissed
 */
export function assertRunSucceeded(run: Run__Output): void {
  const { name, state, error } = run;
  // A run that was cancelled has no error.
  assertSucceeded(state, error === "" ? name : `${name}: ${error}`);
  if (!hasMissedTarget(run)) return;
  throw new TargetMissed(
    `${name} missed its target at the limit of ${count(run.replicaCount)} replicas: ` +
      `${targetText(run)}; give a higher --maximum-replicas, or ask for less`,
  );
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
 * Makes the command fail if a run of the sweep did not succeed, or missed its precision.
 *
 * @throws Error; TargetMissed
 */
export function assertSweepSucceeded({ name, state, runs }: Sweep__Output): void {
  assertSucceeded(state, `${name}: not every run succeeded`);
  const missed = runs.filter(hasMissedTarget);
  if (missed.length === 0) return;
  throw new TargetMissed(
    `${name}: ${missed.length} of ${runs.length} runs missed their target at the limit of ` +
      `replicas; give a higher maximum, or ask for less`,
  );
}

function assertSucceeded(state: string, message: string): void {
  const short = shortName("state", state);
  if (short !== "SUCCEEDED") throw new Error(`${short}: ${message}`);
}
