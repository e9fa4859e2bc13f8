import type { Run } from "../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep } from "../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { shortName, wireName } from "../shared/wire/enumerations.ts";
import { timestamp } from "../shared/wire/timestamps.ts";
import { hasEnded, type RunState, type SweepRecord } from "./ledger/ledger.ts";

/** The sweep as clients see it; its runs go without their checkpoints, to keep the message small. */
export function sweepView(record: SweepRecord, runs: readonly Run[]): Sweep {
  const states = runs.map(stateOf);
  return {
    name: record.name,
    displayName: record.displayName,
    runs: runs.map((run) => ({ ...run, checkpoints: [] })),
    state: wireName("state", sweepState(states)),
    createTime: timestamp(record.createTime),
    endedRunCount: states.filter(hasEnded).length,
  };
}

export function stateOf(run: Run): RunState {
  return shortName("state", String(run.state)) as RunState;
}

function sweepState(states: readonly RunState[]): RunState {
  if (states.every(hasEnded)) {
    if (states.includes("FAILED")) return "FAILED";
    return states.includes("CANCELLED") ? "CANCELLED" : "SUCCEEDED";
  }
  if (states.includes("CANCELLING")) return "CANCELLING";
  return states.every((state) => state === "QUEUED") ? "QUEUED" : "RUNNING";
}
