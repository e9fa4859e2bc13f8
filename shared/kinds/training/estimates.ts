import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

import type { Estimate } from "../../statistics/estimate.ts";
import { quantileRanks, rankedValue, sampleQuantile } from "../../statistics/orderStatistics.ts";
import type { QuantileSketch } from "../../statistics/quantileSketch.ts";
import type { CheckpointSums } from "../../statistics/replicaSums.ts";
import { estimateShare } from "../../statistics/share.ts";
import { placeOf } from "./observables.ts";
import type { TrainingQuantity } from "./specification.ts";

/** The median of the best 80 % is that of all values below the 0.8 quantile. */
const BEST_MEDIAN_PROBABILITY = 0.4;

/** An estimate, or no more than its number where there are too few replicas for an interval. */
export type PointEstimate = Estimate | Pick<Estimate, "estimate" | "level" | "method">;

/** What is estimated at one checkpoint of a training. */
export type CheckpointEstimates = Readonly<Record<TrainingQuantity, PointEstimate>>;

/** Estimates everything at one checkpoint; undefined where no replica is known. */
export function checkpointEstimates(
  sums: CheckpointSums,
  level: number,
): CheckpointEstimates | undefined {
  const count = sums.survivorCount;
  const test = sums.quantileSketch;
  const training = trainingSketch(sums);
  if (count === 0 || training === undefined) return undefined;
  return {
    medianTestLoss: quantileOf(test, 0.5, level, Math.exp),
    bestMedianTestLoss: quantileOf(test, BEST_MEDIAN_PROBABILITY, level, Math.exp),
    medianTrainingLoss: quantileOf(training, 0.5, level, Math.exp),
    medianLogTestLoss: quantileOf(test, 0.5, level, (value) => value),
    divergedShare: estimateShare(countOf(sums, "diverged"), count, level),
    stuckShare: estimateShare(countOf(sums, "stuck"), count, level),
  };
}

/** The sketch of the training loss's logarithm. */
export function trainingSketch({ furtherSketches }: CheckpointSums): QuantileSketch | undefined {
  return furtherSketches?.[0];
}

/** How many replicas an observable of 0 and 1 is 1 for. */
export function countOf(sums: CheckpointSums, name: "diverged" | "stuck"): number {
  return Math.round((sums.moments[placeOf(name)]?.mean ?? 0) * sums.survivorCount);
}

/** True if there are replicas enough for the estimate to have an interval. */
export function hasInterval(estimate: PointEstimate): estimate is Estimate {
  return "lower" in estimate;
}

/**
 * A quantile of the values in a sketch after an increasing function, with the interval between two
 * values that holds for any law. The standard error is the interval's half width over the normal
 * quantile (Woodruff 1952).
 */
function quantileOf(
  sketch: QuantileSketch,
  probability: number,
  level: number,
  transform: (value: number) => number,
): PointEstimate {
  const count = sketch.binCounts.reduce((sum, each) => sum + each, 0);
  const estimate = sampleQuantile(sketch, probability, transform) ?? NaN;
  const point = { estimate, level, method: "order_statistics" } as const;
  const ranks = quantileRanks(count, probability, level);
  if (ranks === undefined) return point;
  const lower = transform(rankedValue(sketch, ranks.lower).lower);
  const upper = transform(rankedValue(sketch, ranks.upper).upper);
  const standardError = (upper - lower) / 2 / normalQuantile((1 + level) / 2, 0, 1);
  return { ...point, standardError, lower, upper };
}
