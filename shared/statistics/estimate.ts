import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import studentQuantile from "@stdlib/stats-base-dists-t-quantile";

import type { CheckpointSums } from "./replicaSums.ts";

/** How an interval is computed. */
export type IntervalMethod = "student_t" | "log_normal" | "log_student_t";

/** A number with its uncertainty. */
export interface Estimate {
  readonly estimate: number;
  readonly standardError: number;
  readonly lower: number;
  readonly upper: number;
  /** The intended coverage of the interval. */
  readonly level: number;
  readonly method: IntervalMethod;
}

/** Estimates of several quantities, by name. */
export type Estimates<Quantity extends string = string> = {
  readonly [quantity in Quantity]: Estimate;
};

/** Estimates of λ and σ², per layer, from the replicas that survived. */
export type ExponentEstimates = Estimates<"lyapunovExponent" | "variance">;

/**
 * Estimates λ and σ² from the growth of the log-norm over `layerCount` layers (depth less burn-in),
 * given its moments over n surviving replicas; undefined for n < 2, where the spread is unknown.
 *
 * - λ̂ = mean/layerCount, standard error s/(√n · layerCount), s² the unbiased variance; interval by
 *   Student's t with n − 1 degrees of freedom.
 * - σ̂² = s²/layerCount. Var(s²) = (μ₄ − σ⁴ (n−3)/(n−1))/n for any law with four moments (Mood,
 *   Graybill and Boes 1974, VI.2); its plug-in uses μ₄ = m₄/n. The interval is the normal one for
 *   log s², so that it stays positive: s² exp(± z · se/s²).
 */
export function estimateExponents(
  sums: CheckpointSums,
  layerCount: number,
  level: number,
): ExponentEstimates | undefined {
  const count = sums.survivorCount;
  const growth = sums.moments[0];
  if (count < 2 || growth === undefined) return undefined;

  const sampleVariance = growth.m2 / (count - 1);
  const mean = growth.mean / layerCount;
  const meanError = Math.sqrt(sampleVariance / count) / layerCount;
  const halfWidth = studentQuantile((1 + level) / 2, count - 1) * meanError;

  const fourth = growth.m4 / count;
  const varianceOfVariance =
    (fourth - (sampleVariance * sampleVariance * (count - 3)) / (count - 1)) / count;
  const variance = sampleVariance / layerCount;
  const varianceError = Math.sqrt(Math.max(0, varianceOfVariance)) / layerCount;
  const factor =
    variance > 0 ? Math.exp((normalQuantile((1 + level) / 2, 0, 1) * varianceError) / variance) : 1;

  return {
    lyapunovExponent: {
      estimate: mean,
      standardError: meanError,
      lower: mean - halfWidth,
      upper: mean + halfWidth,
      level,
      method: "student_t",
    },
    variance: {
      estimate: variance,
      standardError: varianceError,
      lower: variance / factor,
      upper: variance * factor,
      level,
      method: "log_normal",
    },
  };
}

/** The shape of the growth's distribution at one depth. */
export interface GrowthSummary {
  readonly mean: number;
  /** The unbiased variance. */
  readonly variance: number;
  /** Skewness √n m₃ / m₂^{3/2}; 0 for a constant. */
  readonly skewness: number;
  /** Excess kurtosis n m₄ / m₂² − 3; 0 for a constant. */
  readonly excessKurtosis: number;
}

/** Summarizes the growth at one checkpoint; undefined if fewer than two replicas survive. */
export function summarizeGrowth(sums: CheckpointSums): GrowthSummary | undefined {
  const count = sums.survivorCount;
  const growth = sums.moments[0];
  if (count < 2 || growth === undefined) return undefined;
  const constant = growth.m2 === 0;
  return {
    mean: growth.mean,
    variance: growth.m2 / (count - 1),
    skewness: constant ? 0 : (Math.sqrt(count) * growth.m3) / growth.m2 ** 1.5,
    excessKurtosis: constant ? 0 : (count * growth.m4) / growth.m2 ** 2 - 3,
  };
}
