import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { wireName } from "../../shared/wire/enumerations.ts";
import { timestamp } from "../../shared/wire/timestamps.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import type { SweepRecord } from "../ledger/ledger.ts";
import { sweepState, type SweepStanding } from "./sweepStanding.ts";

/** The sweep as clients see it, with summaries of its runs. */
export function sweepView(record: SweepRecord, runs: readonly Run[]): Sweep {
  const states = runs.map(stateOf);
  const standing = {
    state: sweepState(states),
    endedRunCount: states.filter(hasEnded).length,
  };
  return { ...sweepEntry(record, standing), runs: [...runs] };
}

/** The sweep in a list: without its runs. */
export function sweepEntry(record: SweepRecord, { state, endedRunCount }: SweepStanding): Sweep {
  return {
    name: record.name,
    displayName: record.displayName,
    runs: [],
    state: wireName("state", state),
    createTime: timestamp(record.createTime),
    endedRunCount,
    runCount: record.runs.length,
  };
}
