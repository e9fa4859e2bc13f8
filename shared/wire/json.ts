import { lawParameters } from "../network/weights.ts";
import { shortName } from "./enumerations.ts";
import type { CheckpointEstimate__Output } from "./generated/lyapunov/v1/CheckpointEstimate.ts";
import type { ChosenCandidate__Output } from "./generated/lyapunov/v1/ChosenCandidate.ts";
import type { Computation__Output } from "./generated/lyapunov/v1/Computation.ts";
import type { Estimate__Output } from "./generated/lyapunov/v1/Estimate.ts";
import type { ExactValues__Output } from "./generated/lyapunov/v1/ExactValues.ts";
import type { Network__Output } from "./generated/lyapunov/v1/Network.ts";
import type { NetworkSpread__Output } from "./generated/lyapunov/v1/NetworkSpread.ts";
import type { Quantile__Output } from "./generated/lyapunov/v1/Quantile.ts";
import type { Run__Output } from "./generated/lyapunov/v1/Run.ts";
import type { StoppingRule__Output } from "./generated/lyapunov/v1/StoppingRule.ts";
import type { Sweep__Output } from "./generated/lyapunov/v1/Sweep.ts";
import type { Training__Output } from "./generated/lyapunov/v1/Training.ts";
import type { TrainingCheckpoint__Output } from "./generated/lyapunov/v1/TrainingCheckpoint.ts";
import { structToJson } from "./struct.ts";
import { timestampToJson } from "./timestamps.ts";

/**
 * Converts a run to JSON by the proto3 mapping, but with short names for enumerations, and with
 * null where a number does not exist (λ = −∞, too few replicas, no closed form).
 */
export function runToJson(run: Run__Output) {
  return {
    name: run.name,
    state: shortName("state", run.state),
    displayName: run.displayName,
    kind: shortName("kind", run.kind),
    network: networkToJson(run.network),
    seed: run.seed,
    sampling: shortName("sampling", run.sampling),
    backend: shortName("backend", run.backend),
    checkpointDepths: run.checkpointDepths,
    burnIn: run.burnIn,
    stoppingRule: run.stoppingRule && stoppingRuleToJson(run.stoppingRule),
    level: run.level,
    replicaCount: run.replicaCount,
    extinctCount: run.extinctCount,
    shardCount: run.shardCount,
    lyapunovExponent: run.lyapunovExponent && estimateToJson(run.lyapunovExponent),
    variance: run.variance && estimateToJson(run.variance),
    survivors: run.survivors && {
      lyapunovExponent:
        run.survivors.lyapunovExponent && estimateToJson(run.survivors.lyapunovExponent),
      variance: run.survivors.variance && estimateToJson(run.survivors.variance),
      survivalRatio: run.survivors.survivalRatio,
    },
    criticalGain: run.criticalGain && estimateToJson(run.criticalGain),
    spread: run.spread && spreadToJson(run.spread),
    exact: run.exact && exactToJson(run.exact),
    targetMet: run.targetMet ?? null,
    computations: run.computations.map(computationToJson),
    checkpoints: run.checkpoints.map(checkpointToJson),
    progress: run.progress && {
      completedShardCount: run.progress.completedShardCount,
      plannedShardCount: run.progress.plannedShardCount,
      leasedShardCount: run.progress.leasedShardCount,
      parkedShardCount: run.progress.parkedShardCount,
      completedReplicaCount: run.progress.completedReplicaCount,
      replicasPerSecond: run.progress.replicasPerSecond,
      remainingSeconds: run.progress.remainingSeconds ?? null,
      liveLyapunovExponent:
        run.progress.liveLyapunovExponent && estimateToJson(run.progress.liveLyapunovExponent),
      liveVariance: run.progress.liveVariance && estimateToJson(run.progress.liveVariance),
      disagreementCount: run.progress.disagreementCount,
      targetOutOfReach: run.progress.targetOutOfReach,
    },
    ...otherKindToJson(run),
    ...(run.samplingInitialization && {
      samplingInitialization: { probeCount: run.samplingInitialization.probeCount },
      chosenCandidate: run.chosenCandidate && chosenToJson(run.chosenCandidate),
    }),
    ...(run.training && {
      training: trainingToJson(run.training),
      trainingCheckpoints: run.trainingCheckpoints.map(trainingCheckpointToJson),
    }),
    error: run.error,
    sweep: run.sweep,
    createTime: run.createTime && timestampToJson(run.createTime),
    endTime: run.endTime && timestampToJson(run.endTime),
    etag: run.etag,
  };
}

function computationToJson({
  backend,
  generator,
  device,
  driver,
  software,
  shardCount,
  replicaCount,
  recomputedReplicaCount,
}: Computation__Output) {
  return {
    backend,
    generator,
    device,
    driver,
    software,
    shardCount,
    replicaCount,
    recomputedReplicaCount,
  };
}

export function sweepToJson(sweep: Sweep__Output) {
  return {
    name: sweep.name,
    displayName: sweep.displayName,
    state: shortName("state", sweep.state),
    createTime: sweep.createTime && timestampToJson(sweep.createTime),
    endedRunCount: sweep.endedRunCount,
    runCount: sweep.runCount,
    runs: sweep.runs.map(runToJson),
  };
}

function chosenToJson(chosen: ChosenCandidate__Output) {
  return {
    seed: chosen.seed,
    replica: chosen.replica,
    distance: chosen.distance,
    finalGrowth: chosen.finalGrowth,
    medianDistance: chosen.medianDistance ?? null,
    growthDeviation: chosen.growthDeviation ?? null,
    reduction: chosen.reduction ?? null,
  };
}

/** The fields of a run whose kind has no fields of its own in the contract. */
function otherKindToJson({ parameters, estimates }: Run__Output) {
  return {
    ...(parameters && { parameters: structToJson(parameters) }),
    ...(Object.keys(estimates).length > 0 && { estimates: estimatesToJson(estimates) }),
  };
}

export function estimatesToJson(estimates: Run__Output["estimates"]) {
  return Object.fromEntries(
    Object.entries(estimates).map(([name, estimate]) => [name, estimateToJson(estimate)]),
  );
}

function trainingToJson(training: Training__Output) {
  return {
    task: shortName("task", training.task),
    optimizer: shortName("optimizer", training.optimizer),
    learningRate: training.learningRate,
    weightDecay: training.weightDecay,
    finalLearningRateRatio: training.finalLearningRateRatio ?? 1,
    stepCount: training.stepCount,
    candidateCount: training.candidateCount,
    checkpointSteps: training.checkpointSteps,
  };
}

function trainingCheckpointToJson(checkpoint: TrainingCheckpoint__Output) {
  const { medianTestLoss, bestMedianTestLoss, medianTrainingLoss } = checkpoint;
  const { divergedShare, stuckShare } = checkpoint;
  return {
    step: checkpoint.step,
    replicaCount: checkpoint.replicaCount,
    medianTestLoss: medianTestLoss && estimateToJson(medianTestLoss),
    bestMedianTestLoss: bestMedianTestLoss && estimateToJson(bestMedianTestLoss),
    medianTrainingLoss: medianTrainingLoss && estimateToJson(medianTrainingLoss),
    testLossQuantiles: checkpoint.testLossQuantiles.map(quantileToJson),
    trainingLossQuantiles: checkpoint.trainingLossQuantiles.map(quantileToJson),
    meanLogTestLoss: checkpoint.meanLogTestLoss ?? null,
    meanLogTrainingLoss: checkpoint.meanLogTrainingLoss ?? null,
    meanLogGradientNorm: checkpoint.meanLogGradientNorm ?? null,
    divergedShare: divergedShare && estimateToJson(divergedShare),
    stuckShare: stuckShare && estimateToJson(stuckShare),
  };
}

function quantileToJson({ probability, value }: Quantile__Output) {
  return { probability, value };
}

function networkToJson(network: Network__Output | null) {
  if (network === null) return null;
  const namedGain = shortName("namedGain", network.namedGain);
  return {
    width: network.width,
    depth: network.depth,
    negativeSlope: network.negativeSlope,
    weights: shortName("weights", network.weights),
    ...lawParameters(network),
    gain: network.gain,
    ...(namedGain !== undefined && { namedGain }),
    ...(network.gainCalibration && {
      gainCalibration: {
        run: network.gainCalibration.run,
        standardError: network.gainCalibration.standardError,
      },
    }),
  };
}

function spreadToJson(spread: NetworkSpread__Output) {
  return {
    layerCount: spread.layerCount,
    growthQuantiles: spread.growthQuantiles.map(quantileToJson),
    method: spread.method,
    halfLostDepth: spread.halfLostDepth ?? null,
    nineTenthsLostDepth: spread.nineTenthsLostDepth ?? null,
  };
}

function stoppingRuleToJson({ replicaCount, precision }: StoppingRule__Output) {
  if (!precision) return { replicaCount };
  return {
    precision: {
      lyapunovExponent: precision.lyapunovExponent ?? null,
      variance: precision.variance ?? null,
      minimumReplicaCount: precision.minimumReplicaCount,
      maximumReplicaCount: precision.maximumReplicaCount,
      ...(Object.keys(precision.targets).length > 0 && { targets: precision.targets }),
    },
  };
}

function estimateToJson(estimate: Estimate__Output) {
  return {
    estimate: estimate.estimate ?? null,
    standardError: estimate.standardError ?? null,
    lower: estimate.lower ?? null,
    upper: estimate.upper ?? null,
    level: estimate.level,
    method: estimate.method,
    extinct: estimate.extinct,
    z: estimate.z ?? null,
  };
}

function exactToJson(exact: ExactValues__Output) {
  return {
    lyapunovExponent: exact.lyapunovExponent ?? null,
    variance: exact.variance ?? null,
    criticalGain: exact.criticalGain ?? null,
    thirdCumulant: exact.thirdCumulant ?? null,
    fourthCumulant: exact.fourthCumulant ?? null,
    extinct: exact.extinct,
    extinctionProbability: exact.extinctionProbability,
    survivors: exact.survivors && {
      lyapunovExponent: exact.survivors.lyapunovExponent,
      variance: exact.survivors.variance,
      criticalGain: exact.survivors.criticalGain,
      thirdCumulant: exact.survivors.thirdCumulant,
      fourthCumulant: exact.survivors.fourthCumulant,
    },
  };
}

function checkpointToJson(checkpoint: CheckpointEstimate__Output) {
  return {
    depth: checkpoint.depth,
    survivorCount: checkpoint.survivorCount,
    extinctCount: checkpoint.extinctCount,
    mean: checkpoint.mean ?? null,
    variance: checkpoint.variance ?? null,
    skewness: checkpoint.skewness ?? null,
    excessKurtosis: checkpoint.excessKurtosis ?? null,
    quantiles: checkpoint.quantiles.map(quantileToJson),
    ...(checkpoint.histogram && {
      histogram: {
        binWidth: checkpoint.histogram.binWidth,
        binIndexes: checkpoint.histogram.binIndexes,
        binCounts: checkpoint.histogram.binCounts,
        // Runs of version 0.1 did not keep the extremes.
        ...(checkpoint.histogram.minimum !== undefined && {
          minimum: checkpoint.histogram.minimum,
          maximum: checkpoint.histogram.maximum,
        }),
      },
    }),
  };
}

/** A run in the JSON of `lyapunov … --json` and of the coordinator's JSON interface. */
export type RunJson = ReturnType<typeof runToJson>;

/** A sweep in the JSON of `lyapunov … --json` and of the coordinator's JSON interface. */
export type SweepJson = ReturnType<typeof sweepToJson>;
