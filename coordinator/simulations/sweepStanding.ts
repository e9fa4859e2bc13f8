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
 * @param working states of those that the engine works on: of these, it knows more than the ledger.
 */
export function sweepStanding(recorded: StateCounts, working: readonly RunState[]): SweepStanding {
  let endedRunCount = 0;
  let unfinishedRunCount = 0;
  for (const [state, count] of recorded) {
    if (hasEnded(state)) endedRunCount += count;
    else unfinishedRunCount += count;
  }
  const states = [...recorded.keys()];
  if (unfinishedRunCount === 0) return { state: sweepState(states), endedRunCount };
  // A run between the two, which has just ended or is about to go on, is as the ledger has it.
  const isKnown = unfinishedRunCount <= working.length;
  const others = isKnown ? states.filter(hasEnded) : states;
  return { state: sweepState([...others, ...working]), endedRunCount };
}
