import type { RunSpecification } from "../../shared/kinds/kind.ts";
import {
  isOutOfReach,
  predictedReplicaCount,
  targetsAreMet,
} from "../../shared/specification/stoppingRule.ts";
import type { ReplicaSums } from "../../shared/statistics/replicaSums.ts";
import { wireName } from "../../shared/wire/enumerations.ts";
import type { Progress } from "../../shared/wire/generated/lyapunov/v1/Progress.ts";
import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { hasEnded } from "../../shared/wire/runStates.ts";
import { timestamp } from "../../shared/wire/timestamps.ts";
import type { RunWork } from "../engine/engine.ts";
import { computedAlike, type Computation } from "../plan/computations.ts";
import type { RunRecord } from "../ledger/ledger.ts";
import type { ActiveRun } from "../scheduler/activeRun.ts";
import { countsOf } from "../scheduler/runProgress.ts";

/** The fields of a run that follow from its specification; validation answers with them. */
export function specificationView(specification: RunSpecification): Run {
  return specification.kind.specificationFields(specification);
}

/** The run as clients see it; `work` is undefined once the run has ended. */
export function runView(record: RunRecord, work: RunWork | undefined, now: number): Run {
  const sums = work?.active.progress.folded ?? record.outcome?.sums;
  const { specification } = record;
  const checkpoints = sums && specification.kind.checkpointFields(specification, sums);
  return { ...runSummary(record, work, now), checkpoints: [], ...checkpoints };
}

/** The run as clients see it, without its checkpoints, which are most of its bytes. */
export function runSummary(record: RunRecord, work: RunWork | undefined, now: number): Run {
  const { specification, outcome } = record;
  const active = work?.active;
  const sums = active?.progress.folded ?? outcome?.sums;
  const last = sums?.checkpoints.at(-1);
  return {
    ...specificationView(specification),
    name: record.name,
    state: wireName("state", record.state),
    replicaCount: sums?.replicaCount ?? 0,
    extinctCount: last?.extinctCount ?? 0,
    shardCount: active?.progress.foldedShards ?? outcome?.shardCount ?? 0,
    ...specification.kind.estimateFields(specification, sums),
    ...specification.kind.conclusionFields(specification, sums),
    ...targetMetField(record, sums),
    computations: [...(active?.progress.computations ?? computationsOf(record))],
    progress: progressMessage(record, active, now),
    error: work?.waitsFor ?? record.error,
    sweep: record.sweep ?? "",
    createTime: timestamp(record.createTime),
    endTime: record.endTime === undefined ? null : timestamp(record.endTime),
    etag: `${record.revision}.${active?.progress.recordedShards ?? 0}`,
  };
}

/** Who computed an ended run. Earlier versions did not say, and all of their partials were alike. */
function computationsOf({ specification, outcome }: RunRecord): readonly Computation[] {
  if (outcome === undefined) return [];
  const { computations, shardCount, sums } = outcome;
  const { backend } = specification;
  const { replicaCount } = sums;
  return computations ?? computedAlike({ backend, generator: "", shardCount, replicaCount });
}

function targetMetField(record: RunRecord, sums: ReplicaSums | undefined): Pick<Run, "targetMet"> {
  const targetMet = isTargetMet(record, sums);
  return targetMet === undefined ? {} : { targetMet };
}

/** Whether the targets are met, once the run has ended; undefined where there are none. */
export function isTargetMet(
  { specification, state }: RunRecord,
  sums: ReplicaSums | undefined,
): boolean | undefined {
  const { stoppingRule, kind } = specification;
  if (stoppingRule.kind === "replicas" || !hasEnded(state)) return undefined;
  const estimates = sums && kind.estimates(specification, sums);
  return targetsAreMet(stoppingRule.precision, countsOf(sums), estimates);
}

function progressMessage(record: RunRecord, active: ActiveRun | undefined, now: number): Progress {
  if (active === undefined) {
    const shards = record.outcome?.shardCount ?? 0;
    return {
      completedShardCount: shards,
      plannedShardCount: shards,
      completedReplicaCount: record.outcome?.sums.replicaCount ?? 0,
      disagreementCount: record.outcome?.disagreementCount ?? 0,
    };
  }
  const { progress } = active;
  const replicasPerSecond = active.rate.perSecond(now);
  const { stoppingRule } = progress.specification;
  const counts = countsOf(progress.folded);
  const estimates = progress.estimates();
  const wanted = predictedReplicaCount(stoppingRule, counts, estimates);
  const remaining = Math.max(0, wanted - progress.recordedReplicas);
  const { specification } = progress;
  const live = specification.kind.estimateFields(specification, progress.live);
  return {
    completedShardCount: progress.recordedShards,
    plannedShardCount: progress.horizon,
    leasedShardCount: active.leasedShardCount,
    parkedShardCount: active.parkedCount,
    completedReplicaCount: progress.recordedReplicas,
    replicasPerSecond,
    ...(replicasPerSecond > 0 && { remainingSeconds: remaining / replicasPerSecond }),
    ...(live.lyapunovExponent !== undefined && { liveLyapunovExponent: live.lyapunovExponent }),
    ...(live.variance !== undefined && { liveVariance: live.variance }),
    disagreementCount: active.disagreementCount,
    targetOutOfReach: isOutOfReach(stoppingRule, counts, estimates),
  };
}
