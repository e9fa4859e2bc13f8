import { hasEnded, type RunState } from "../../shared/wire/runStates.ts";
import type { StateCounts } from "../ledger/ledger.ts";

/** How far a sweep is, in a word and a number. */
export interface SweepStanding {
  readonly state: RunState;
  readonly endedRunCount: number;
}

/** The state of a sweep whose runs are in these states. */
export function sweepState(states: readonly RunState[]): RunState {
  if (states.every(hasEnded)) {
    if (states.includes("FAILED")) return "FAILED";
    return states.includes("CANCELLED") ? "CANCELLED" : "SUCCEEDED";
  }
  if (states.includes("CANCELLING")) return "CANCELLING";
  return states.every((state) => state === "QUEUED") ? "QUEUED" : "RUNNING";
}

/**
 * How far a sweep is, without reading its runs one by one.
 *
 * @param recorded states of all of its runs in the ledger, which decides what has ended.
 * @param working states of those that the engine works on. They are ahead of the ledger, and never
 * behind it: a run is queued, then running, then perhaps being cancelled.
 */
export function sweepStanding(recorded: StateCounts, working: readonly RunState[]): SweepStanding {
  const states = [...recorded.keys()];
  let endedRunCount = 0;
  for (const [state, count] of recorded) if (hasEnded(state)) endedRunCount += count;
  // The engine may not have noticed yet that the ledger has the last run's end.
  const isOver = states.every(hasEnded);
  return { state: sweepState(isOver ? states : [...states, ...working]), endedRunCount };
}
