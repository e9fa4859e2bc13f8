import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Sweep__Output } from "../../../shared/wire/generated/lyapunov/v1/Sweep.ts";

/** A name, and beside it the name for people if there is one: `runs/4f0c "wide"`. */
export function titled({ name, displayName }: Pick<Sweep__Output, "name" | "displayName">): string {
  return displayName === "" ? name : `${name} "${displayName}"`;
}

/** The sweep in a line: `sweeps/4f0c "phases": RUNNING, 12 of 28 runs have ended`. */
export function sweepHeading(sweep: Sweep__Output): string {
  const state = shortName("state", sweep.state) ?? "";
  return `${titled(sweep)}: ${state}, ${sweep.endedRunCount} of ${runCountOf(sweep)} runs have ended`;
}

/** The number of a sweep's runs; a coordinator of version 0.1.0 does not say it in a list. */
export function runCountOf({ runCount, runs }: Sweep__Output): string {
  const count = Math.max(runCount, runs.length);
  return count === 0 ? "?" : String(count);
}
