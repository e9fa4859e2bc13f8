import { estimateExponents, summarizeGrowth, type Estimate } from "../shared/statistics/estimate.ts";
import type { Network } from "../shared/network/network.ts";
import type { RunSpecification } from "../shared/network/specification.ts";
import { sketchQuantile } from "../shared/statistics/quantileSketch.ts";
import type { CheckpointSums, ReplicaSums } from "../shared/statistics/replicaSums.ts";
import { predictedReplicaCount } from "../shared/statistics/stoppingRule.ts";
import { exactExponents, type ExactExponents } from "../shared/theory/exact.ts";
import { wireName } from "../shared/wire/enumerations.ts";
import type { CheckpointEstimate } from "../shared/wire/generated/lyapunov/v1/CheckpointEstimate.ts";
import type { Estimate as EstimateMessage } from "../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Progress } from "../shared/wire/generated/lyapunov/v1/Progress.ts";
import type { Run } from "../shared/wire/generated/lyapunov/v1/Run.ts";
import { specificationToMessage } from "../shared/wire/specificationMessages.ts";
import { timestamp } from "../shared/wire/timestamps.ts";
import type { RunRecord } from "./ledger/ledger.ts";
import type { ActiveRun } from "./scheduler/activeRun.ts";
import { finalEstimates } from "./scheduler/runProgress.ts";

const QUANTILES = [0.025, 0.25, 0.5, 0.75, 0.975];
/** Below this σ², the exact law does not fluctuate and a z-score would only measure rounding. */
const CONSTANT_VARIANCE = 1e-12;

/** The fields of a run that follow from its specification: what validation answers. */
export function specificationView(specification: RunSpecification): Run {
  return {
    ...specificationToMessage(specification),
    exact: exactMessage(exactOf(specification.network)),
  };
}

/** The run as clients see it. `active` is its work, as long as it has not ended. */
export function runView(record: RunRecord, active: ActiveRun | undefined, now: number): Run {
  const { specification, outcome } = record;
  const sums = active?.progress.folded ?? outcome?.sums;
  const last = sums?.checkpoints.at(-1);
  return {
    ...specificationView(specification),
    name: record.name,
    state: wireName("state", record.state),
    replicaCount: sums?.replicaCount ?? 0,
    extinctCount: last?.extinctCount ?? 0,
    shardCount: active?.progress.foldedShards ?? outcome?.shardCount ?? 0,
    ...estimateFields(specification, sums),
    checkpoints: (sums?.checkpoints ?? []).map(checkpointMessage),
    progress: progressMessage(record, active, now),
    error: record.error,
    sweep: record.sweep ?? "",
    createTime: timestamp(record.createTime),
    endTime: record.endTime === undefined ? null : timestamp(record.endTime),
    etag: `${record.revision}.${active?.progress.recordedShards ?? 0}`,
  };
}

function estimateFields(
  specification: RunSpecification,
  sums: ReplicaSums | undefined,
): Pick<Run, "lyapunovExponent" | "variance" | "survivors"> {
  const { level } = specification;
  const exact = exactOf(specification.network);
  const estimates = finalEstimates(specification, sums);
  if (!exact.extinct) {
    return {
      lyapunovExponent: estimateMessage(
        estimates?.lyapunovExponent,
        level,
        exact.lyapunovExponent,
        exact.variance,
      ),
      variance: estimateMessage(estimates?.variance, level, exact.variance, exact.variance),
    };
  }
  // λ = −∞ is not a number to estimate; what survives is reported beside it.
  const nothing: EstimateMessage = { level, extinct: true };
  const survivors = exact.survivors;
  const last = sums?.checkpoints.at(-1);
  return {
    lyapunovExponent: { ...nothing, method: "student_t" },
    variance: { ...nothing, method: "log_normal" },
    survivors: {
      lyapunovExponent: estimateMessage(
        estimates?.lyapunovExponent,
        level,
        survivors?.lyapunovExponent ?? null,
        survivors?.variance ?? null,
      ),
      variance: estimateMessage(
        estimates?.variance,
        level,
        survivors?.variance ?? null,
        survivors?.variance ?? null,
      ),
      survivalRatio: sums && last ? last.survivorCount / sums.replicaCount : 1,
    },
  };
}

function estimateMessage(
  estimate: Estimate | undefined,
  level: number,
  exact: number | null,
  exactVariance: number | null,
): EstimateMessage {
  if (estimate === undefined) return { level };
  const comparable =
    exact !== null && (exactVariance ?? 0) > CONSTANT_VARIANCE && estimate.standardError > 0;
  return {
    ...estimate,
    ...(comparable && { z: (estimate.estimate - exact) / estimate.standardError }),
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

function progressMessage(record: RunRecord, active: ActiveRun | undefined, now: number): Progress {
  if (active === undefined) {
    const shards = record.outcome?.shardCount ?? 0;
    return {
      completedShardCount: shards,
      plannedShardCount: shards,
      completedReplicaCount: record.outcome?.sums.replicaCount ?? 0,
    };
  }
  const { progress } = active;
  const { network, burnIn, level, stoppingRule } = progress.specification;
  const replicasPerSecond = active.rate.perSecond(now);
  const wanted = predictedReplicaCount(
    stoppingRule,
    progress.folded?.replicaCount ?? 0,
    progress.estimates(),
  );
  const remaining = Math.max(0, wanted - progress.recordedReplicas);
  const liveSums = progress.live?.checkpoints.at(-1);
  const exact = exactOf(network);
  const live =
    liveSums && !exact.extinct
      ? estimateExponents(liveSums, network.depth - burnIn, level)
      : undefined;
  return {
    completedShardCount: progress.recordedShards,
    plannedShardCount: progress.horizon,
    leasedShardCount: active.leasedShardCount,
    parkedShardCount: active.parkedCount,
    completedReplicaCount: progress.recordedReplicas,
    replicasPerSecond,
    ...(replicasPerSecond > 0 && { remainingSeconds: remaining / replicasPerSecond }),
    liveLyapunovExponent: estimateMessage(
      live?.lyapunovExponent,
      level,
      exact.lyapunovExponent,
      exact.variance,
    ),
    liveVariance: estimateMessage(live?.variance, level, exact.variance, exact.variance),
    disagreementCount: active.disagreementCount,
  };
}

/** Closed forms are asked for several times a second while a run is watched. */
const exactCache = new WeakMap<Network, ExactExponents>();

function exactOf(network: Network): ExactExponents {
  const known = exactCache.get(network) ?? exactExponents(network);
  exactCache.set(network, known);
  return known;
}
