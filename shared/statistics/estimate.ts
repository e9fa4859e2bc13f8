import chiSquareQuantile from "@stdlib/stats-base-dists-chisquare-quantile";
import studentQuantile from "@stdlib/stats-base-dists-t-quantile";

import { withoutRounding } from "./constantGrowth.ts";
import type { Moments } from "./moments.ts";
import type { CheckpointSums } from "./replicaSums.ts";

/** How an interval is computed. */
export type IntervalMethod =
  | "student_t"
  | "chi_squared"
  | "log_student_t"
  | "order_statistics"
  | "wilson";

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
 * - σ̂² = s²/layerCount. Its interval is that of a χ² with as many degrees of freedom ν as give s²
 *   its variance 2σ⁴/ν: s² ν/χ²(ν), which stays positive. The standard error is s² √(2/ν). See
 *   `degreesOfFreedom` for ν.
 *
 * Growth that fluctuates by no more than rounding does not fluctuate: see `withoutRounding`.
 */
export function estimateExponents(
  sums: CheckpointSums,
  layerCount: number,
  level: number,
): ExponentEstimates | undefined {
  const count = sums.survivorCount;
  const growth = withoutRounding(sums, layerCount);
  if (count < 2 || growth === undefined) return undefined;

  const sampleVariance = growth.m2 / (count - 1);
  const mean = growth.mean / layerCount;
  const meanError = Math.sqrt(sampleVariance / count) / layerCount;
  const halfWidth = studentQuantile((1 + level) / 2, count - 1) * meanError;

  const variance = sampleVariance / layerCount;
  const freedom = degreesOfFreedom(growth, count);

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
      standardError: variance * Math.sqrt(2 / freedom),
      lower: (variance * freedom) / chiSquareQuantile((1 + level) / 2, freedom),
      upper: (variance * freedom) / chiSquareQuantile((1 - level) / 2, freedom),
      level,
      method: "chi_squared",
    },
  };
}

/**
 * The effective degrees of freedom of a sample variance s²: the ν for which Var(s²) = 2σ⁴/ν.
 *
 * For any law with four moments Var(s²) = σ⁴ (κ/n + 2/(n−1)), κ its excess kurtosis (Mood, Graybill
 * and Boes 1974, VI.2), so that ν = 2n/(κ + 2n/(n−1)). κ is estimated without bias under normality
 * (Joanes and Gill 1998, G₂), and is taken as 0 where the estimate is negative, or where there are
 * fewer than four values to make one. So ν is never above the n − 1 of normal values, and the error
 * s² √(2/ν) is the larger of the error that normal values would have and the one that the fourth
 * moment shows. A few values often show less kurtosis than their law has.
 */
function degreesOfFreedom({ m2, m4 }: Moments, count: number): number {
  const kurtosis =
    count < 4 || m2 === 0
      ? 0
      : ((count - 1) / ((count - 2) * (count - 3))) *
        ((count + 1) * ((count * m4) / m2 / m2 - 3) + 6);
  return (2 * count) / (Math.max(0, kurtosis) + (2 * count) / (count - 1));
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

/**
 * Summarizes the growth at one checkpoint; undefined if fewer than two replicas survive.
 *
 * @param layerCount the layers that the growth covers: the depth less the burn-in.
 */
export function summarizeGrowth(
  sums: CheckpointSums,
  layerCount: number,
): GrowthSummary | undefined {
  const count = sums.survivorCount;
  const growth = withoutRounding(sums, layerCount);
  if (count < 2 || growth === undefined) return undefined;
  const constant = growth.m2 === 0;
  return {
    mean: growth.mean,
    variance: growth.m2 / (count - 1),
    skewness: constant ? 0 : (Math.sqrt(count) * growth.m3) / growth.m2 ** 1.5,
    excessKurtosis: constant ? 0 : (count * growth.m4) / growth.m2 ** 2 - 3,
  };
}
