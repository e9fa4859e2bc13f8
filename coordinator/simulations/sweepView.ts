import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { wireName } from "../../shared/wire/enumerations.ts";
import { timestamp } from "../../shared/wire/timestamps.ts";
import { hasEnded, stateOf, type RunState } from "../../shared/wire/runStates.ts";
import type { SweepRecord } from "../ledger/ledger.ts";

/** The sweep as clients see it, with summaries of its runs. */
export function sweepView(record: SweepRecord, runs: readonly Run[]): Sweep {
  const states = runs.map(stateOf);
  return {
    name: record.name,
    displayName: record.displayName,
    runs: [...runs],
    state: wireName("state", sweepState(states)),
    createTime: timestamp(record.createTime),
    endedRunCount: states.filter(hasEnded).length,
  };
}

/** Of a sweep whose runs are in these states. */
export function sweepState(states: readonly RunState[]): RunState {
  if (states.every(hasEnded)) {
    if (states.includes("FAILED")) return "FAILED";
    return states.includes("CANCELLED") ? "CANCELLED" : "SUCCEEDED";
  }
  if (states.includes("CANCELLING")) return "CANCELLING";
  return states.every((state) => state === "QUEUED") ? "QUEUED" : "RUNNING";
}
