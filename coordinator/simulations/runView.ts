import { summarizeGrowth } from "../../shared/statistics/estimate.ts";
import { isIsotropicNetwork, type Network } from "../../shared/network/network.ts";
import type { RunSpecification } from "../../shared/specification/specification.ts";
import { coarsenedSketch, sketchQuantile } from "../../shared/statistics/quantileSketch.ts";
import type { CheckpointSums } from "../../shared/statistics/replicaSums.ts";
import { predictedReplicaCount } from "../../shared/specification/stoppingRule.ts";
import { exactExponents, type ExactExponents } from "../../shared/theory/exact.ts";
import { wireName } from "../../shared/wire/enumerations.ts";
import type { CheckpointEstimate } from "../../shared/wire/generated/lyapunov/v1/CheckpointEstimate.ts";
import type { Progress } from "../../shared/wire/generated/lyapunov/v1/Progress.ts";
import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { specificationToMessage } from "../../shared/wire/specificationMessages.ts";
import { timestamp } from "../../shared/wire/timestamps.ts";
import { runEstimates } from "./estimateMessages.ts";
import type { RunWork } from "../engine/engine.ts";
import type { RunRecord } from "../ledger/ledger.ts";
import type { ActiveRun } from "../scheduler/activeRun.ts";
import { countsOf } from "../scheduler/runProgress.ts";

const QUANTILES = [0.025, 0.25, 0.5, 0.75, 0.975];
const MAXIMUM_HISTOGRAM_BINS = 200;

/** The fields of a run that follow from its specification: what validation answers. */
export function specificationView(specification: RunSpecification): Run {
  const exact = exactOf(specification.network);
  return {
    ...specificationToMessage(specification),
    exact: exact === undefined ? null : exactMessage(exact),
  };
}

/** The run as clients see it. `work` is there as long as it has not ended. */
export function runView(record: RunRecord, work: RunWork | undefined, now: number): Run {
  const sums = work?.active.progress.folded ?? record.outcome?.sums;
  const checkpoints = (sums?.checkpoints ?? []).map(checkpointMessage);
  const last = sums?.checkpoints.at(-1);
  // Of all depths they would be most of the message, several times a second while a run is watched.
  if (last !== undefined) checkpoints.push({ ...checkpoints.pop(), ...histogram(last) });
  return { ...runSummary(record, work, now), checkpoints };
}

/** The same without its checkpoints, which are most of it. */
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
    ...runEstimates(specification, sums, exactOf(specification.network)),
    progress: progressMessage(record, active, now),
    error: work?.waitsFor ?? record.error,
    sweep: record.sweep ?? "",
    createTime: timestamp(record.createTime),
    endTime: record.endTime === undefined ? null : timestamp(record.endTime),
    etag: `${record.revision}.${active?.progress.recordedShards ?? 0}`,
  };
}

function exactMessage(exact: ExactExponents): NonNullable<Run["exact"]> {
  const { survivors } = exact;
  return {
    extinct: exact.extinct,
    extinctionProbability: exact.extinctionProbability,
    ...(exact.lyapunovExponent !== null && { lyapunovExponent: exact.lyapunovExponent }),
    ...(exact.variance !== null && { variance: exact.variance }),
    ...(exact.criticalGain !== null && { criticalGain: exact.criticalGain }),
    ...(exact.thirdCumulant !== null && { thirdCumulant: exact.thirdCumulant }),
    ...(exact.fourthCumulant !== null && { fourthCumulant: exact.fourthCumulant }),
    survivors,
  };
}

function checkpointMessage(sums: CheckpointSums): CheckpointEstimate {
  return {
    depth: sums.depth,
    survivorCount: sums.survivorCount,
    extinctCount: sums.extinctCount,
    ...summarizeGrowth(sums),
    quantiles: QUANTILES.flatMap((probability) => {
      const value = sketchQuantile(sums.quantileSketch, probability);
      return value === undefined ? [] : [{ probability, value }];
    }),
  };
}

function histogram({ quantileSketch }: CheckpointSums): Pick<CheckpointEstimate, "histogram"> {
  const { binWidth, binIndexes, binCounts } = coarsenedSketch(
    quantileSketch,
    MAXIMUM_HISTOGRAM_BINS,
  );
  return { histogram: { binWidth, binIndexes: [...binIndexes], binCounts: [...binCounts] } };
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
  const wanted = predictedReplicaCount(
    progress.specification.stoppingRule,
    countsOf(progress.folded),
    progress.estimates(),
  );
  const remaining = Math.max(0, wanted - progress.recordedReplicas);
  const live = runEstimates(
    progress.specification,
    progress.live,
    exactOf(progress.specification.network),
  );
  return {
    completedShardCount: progress.recordedShards,
    plannedShardCount: progress.horizon,
    leasedShardCount: active.leasedShardCount,
    parkedShardCount: active.parkedCount,
    completedReplicaCount: progress.recordedReplicas,
    replicasPerSecond,
    ...(replicasPerSecond > 0 && { remainingSeconds: remaining / replicasPerSecond }),
    liveLyapunovExponent: live.lyapunovExponent,
    liveVariance: live.variance,
    disagreementCount: active.disagreementCount,
  };
}

/** Closed forms are asked for several times a second while a run is watched. */
const exactCache = new WeakMap<Network, ExactExponents>();

/** The closed forms, if there are any. */
export function exactOf(network: Network): ExactExponents | undefined {
  if (!isIsotropicNetwork(network)) return undefined;
  const known = exactCache.get(network) ?? exactExponents(network);
  exactCache.set(network, known);
  return known;
}
