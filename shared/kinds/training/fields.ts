import { sampleQuantile } from "../../statistics/orderStatistics.ts";
import type { QuantileSketch } from "../../statistics/quantileSketch.ts";
import type { CheckpointSums, ReplicaSums } from "../../statistics/replicaSums.ts";
import type { Estimates } from "../../statistics/estimate.ts";
import type { Quantile } from "../../wire/generated/lyapunov/v1/Quantile.ts";
import type { TrainingCheckpoint } from "../../wire/generated/lyapunov/v1/TrainingCheckpoint.ts";
import type { EstimateFields } from "../kind.ts";
import { checkpointEstimates, countOf, hasInterval, trainingSketch } from "./estimates.ts";
import { placeOf } from "./observables.ts";
import type { TrainingSpecification } from "./specification.ts";

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** The estimates that have intervals, after the last step; undefined while there are none. */
export function trainingEstimates(
  { level }: TrainingSpecification,
  { checkpoints }: ReplicaSums,
): Estimates | undefined {
  const last = checkpoints.at(-1);
  const estimates = last && checkpointEstimates(last, level);
  if (estimates === undefined) return undefined;
  const known = Object.entries(estimates).flatMap(([name, estimate]) =>
    hasInterval(estimate) ? [[name, estimate] as const] : [],
  );
  return Object.fromEntries(known);
}

/** The estimates of a training for clients, after the last step. */
export function trainingEstimateFields(
  { level }: TrainingSpecification,
  sums: ReplicaSums | undefined,
): EstimateFields {
  const last = sums?.checkpoints.at(-1);
  const estimates = last && checkpointEstimates(last, level);
  return estimates === undefined ? {} : { estimates: { ...estimates } };
}

/** How the replicas stand at each checkpoint, for clients. */
export function trainingCheckpoints(
  { level }: TrainingSpecification,
  { checkpoints }: ReplicaSums,
): TrainingCheckpoint[] {
  return checkpoints.map((sums) => checkpointMessage(sums, level));
}

function checkpointMessage(sums: CheckpointSums, level: number): TrainingCheckpoint {
  const { depth: step, survivorCount: replicaCount, quantileSketch } = sums;
  const estimates = checkpointEstimates(sums, level);
  if (estimates === undefined) return { step, replicaCount };
  const { medianTestLoss, bestMedianTestLoss, medianTrainingLoss, divergedShare, stuckShare } =
    estimates;
  const mean = (name: Parameters<typeof placeOf>[0]) => sums.moments[placeOf(name)]?.mean ?? NaN;
  const trained = replicaCount - countOf(sums, "diverged");
  return {
    step,
    replicaCount,
    medianTestLoss,
    bestMedianTestLoss,
    medianTrainingLoss,
    testLossQuantiles: lossQuantiles(quantileSketch),
    trainingLossQuantiles: lossQuantiles(trainingSketch(sums)),
    meanLogTestLoss: mean("log_test_loss"),
    meanLogTrainingLoss: mean("log_training_loss"),
    // Replicas that have diverged count as 0 in the mean over all.
    ...(trained > 0 && {
      meanLogGradientNorm: (mean("log_gradient_norm") * replicaCount) / trained,
    }),
    divergedShare,
    stuckShare,
  };
}

function lossQuantiles(sketch: QuantileSketch | undefined): Quantile[] {
  return QUANTILES.flatMap((probability) => {
    const value = sketch && sampleQuantile(sketch, probability, Math.exp);
    return value === undefined ? [] : [{ probability, value }];
  });
}
