import type { RunState } from "../../shared/wire/runStates.ts";
import type { RunRecord } from "../ledger/ledger.ts";
import type { ActiveRun } from "../scheduler/activeRun.ts";
import { isTargetMet } from "./runView.ts";

/** How far a run is, without its estimates. */
export interface WorkCount {
  readonly state: RunState;
  readonly completedShardCount: number;
  readonly plannedShardCount: number;
  readonly completedReplicaCount: number;
  readonly replicasPerSecond: number;
  /** Whether it has used up its replicas without the precision that was asked for. */
  readonly hasMissedTarget: boolean;
}

/** The work of a run of which nothing is known any more. */
export const NO_COUNT: WorkCount = {
  state: "FAILED",
  completedShardCount: 0,
  plannedShardCount: 0,
  completedReplicaCount: 0,
  replicasPerSecond: 0,
  hasMissedTarget: false,
};

/**
 * Counts a run's work.
 *
 * @param active its work as long as it has not ended.
 * @param now seconds of the engine's clock.
 */
export function workCount(
  record: RunRecord,
  active: ActiveRun | undefined,
  now: number,
): WorkCount {
  const { state, outcome } = record;
  if (active !== undefined) {
    const { progress, rate } = active;
    return {
      state,
      completedShardCount: progress.recordedShards,
      plannedShardCount: progress.horizon,
      completedReplicaCount: progress.recordedReplicas,
      replicasPerSecond: rate.perSecond(now),
      hasMissedTarget: false,
    };
  }
  const shardCount = outcome?.shardCount ?? 0;
  return {
    state,
    completedShardCount: shardCount,
    plannedShardCount: shardCount,
    completedReplicaCount: outcome?.sums.replicaCount ?? 0,
    replicasPerSecond: 0,
    hasMissedTarget: state === "SUCCEEDED" && isTargetMet(record, outcome?.sums) === false,
  };
}
