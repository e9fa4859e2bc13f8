import chiSquareQuantile from "@stdlib/stats-base-dists-chisquare-quantile";
import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

import { exactly, type Measurement, type Span } from "./check.ts";

/** A number with its standard error. */
export interface Uncertain {
  readonly value: number;
  readonly error: number;
}

/**
 * A mean over independent runs that differ in their seeds only. Their spread is its error, whatever
 * is measured: also where it comes from depths of the same networks, which are not independent.
 */
export function overRuns(
  what: string,
  values: readonly number[],
  expectation: Span,
  resolution: number,
): Measurement {
  const { value, error } = meanOf(values);
  return {
    what,
    estimate: value,
    error: { value: error, degreesOfFreedom: values.length - 1 },
    expectation,
    resolution,
  };
}

/** The mean of independent values, with the standard error that their spread tells. */
export function meanOf(values: readonly number[]): Uncertain {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { value: mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** An estimate of many replicas, which is as good as normal. */
export function ofEstimate(
  what: string,
  { value, error }: Uncertain,
  expectation: Span,
  resolution: number,
): Measurement {
  return {
    what,
    estimate: value,
    error: { value: error, degreesOfFreedom: Infinity },
    expectation,
    resolution,
  };
}

/** The mean of estimates of one thing, weighted by the inverse squares of their errors. */
export function pooled(estimates: readonly Uncertain[]): Uncertain {
  const weights = estimates.map(({ error }) => error ** -2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sum = estimates.reduce((all, { value }, i) => all + value * (weights[i] ?? 0), 0);
  return { value: sum / total, error: total ** -0.5 };
}

/**
 * Two tests of all z-scores together: the sum of their squares, which finds errors that many share
 * and standard errors that are wrong, and the largest, which finds one that is off.
 */
export function zScores(what: string, scores: readonly number[]): Measurement[] {
  const count = scores.length;
  return [
    statistic(
      `χ² of the z-scores of ${what}, ${count} degrees of freedom`,
      scores.reduce((sum, z) => sum + z * z, 0),
      (rate) => ({
        from: chiSquareQuantile(rate / 2, count),
        to: chiSquareQuantile(1 - rate / 2, count),
      }),
    ),
    statistic(`largest |z| of ${what}, of ${count}`, Math.max(...scores.map(Math.abs)), (rate) => ({
      from: 0,
      to: bonferroni(rate, count),
    })),
  ];
}

/** The |z| that the largest of so many independent z-scores exceeds with a probability, at most. */
export function bonferroni(rate: number, count: number): number {
  return normalQuantile(1 - rate / count / 2, 0, 1);
}

/** A test statistic, which is within a range of its own but for a false alarm. */
function statistic(
  what: string,
  value: number,
  expectation: (falseAlarmRate: number) => Span,
): Measurement {
  return { what, estimate: value, expectation, resolution: 0 };
}

/** A count of cases that must not be there. */
export function noneOf(
  what: string,
  count: number,
  missed: Measurement["missed"] = "does not hold",
): Measurement {
  return { what, estimate: count, expectation: exactly(0), resolution: 0, missed };
}
