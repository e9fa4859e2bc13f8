import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import studentQuantile from "@stdlib/stats-base-dists-t-quantile";

/** What a comparison of a number with its expectation says. */
export type Verdict = "holds" | "does not hold" | "cannot be told";

/** The numbers from one to another; one number where both are the same. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The standard error of an estimate, and the law by which an interval follows from it. */
export interface StandardError {
  readonly value: number;
  /** Degrees of freedom of Student's t; Infinity for the normal law. */
  readonly degreesOfFreedom: number;
}

/** A number that was measured, and what a claim says that it is. */
export interface Measurement {
  /** What the number is, in a few words. */
  readonly what: string;
  readonly estimate: number;
  /** How sure it is; a number that is compared as it is, such as a sum of z-scores, has neither. */
  readonly error?: StandardError;
  /** An interval with the claim's false-alarm rate, where it does not follow from an error. */
  readonly interval?: { readonly lower: number; readonly upper: number };
  /**
   * What the claim says that the number is. That of a test statistic depends on how often it may lie
   * beyond by chance.
   */
  readonly expectation: Span | ((falseAlarmRate: number) => Span);
  /** How far from the expectation the number may be, at most, for the claim to be taken as shown. */
  readonly resolution: number;
  /** What an interval that misses the expectation means; default: `does not hold`. */
  readonly missed?: Verdict;
}

/** A measurement with its interval, and what it says. */
export interface Check {
  readonly what: string;
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  readonly expectation: Span;
  readonly resolution: number;
  /** Probability that the interval misses the expectation though the claim is true. */
  readonly falseAlarmRate: number;
  readonly verdict: Verdict;
}

/**
 * Probability that some check of a claim fails though the claim is true, at most, where the claim has
 * no rate of its own.
 */
export const FALSE_ALARM_RATE = 0.001;

/**
 * Compares all measurements of a claim with what it says. They share the claim's false-alarm rate in
 * equal parts (Bonferroni), so that many comparisons do not make a false alarm likely.
 */
export function checkAll(
  measurements: readonly Measurement[],
  falseAlarmRate = FALSE_ALARM_RATE,
): Check[] {
  const rate = falseAlarmRate / Math.max(1, measurements.length);
  return measurements.map((measurement) => check(measurement, rate));
}

function check(measurement: Measurement, falseAlarmRate: number): Check {
  const { what, estimate, resolution, missed } = measurement;
  const expectation =
    typeof measurement.expectation === "function"
      ? measurement.expectation(falseAlarmRate)
      : measurement.expectation;
  const { lower, upper } = measurement.interval ?? intervalOf(measurement, falseAlarmRate);
  return {
    what,
    estimate,
    lower,
    upper,
    expectation,
    resolution,
    falseAlarmRate,
    verdict: verdictOf(lower, upper, expectation, resolution, missed),
  };
}

function intervalOf({ estimate, error }: Measurement, falseAlarmRate: number) {
  if (error === undefined) return { lower: estimate, upper: estimate };
  const half = halfWidth(falseAlarmRate, error.degreesOfFreedom) * error.value;
  return { lower: estimate - half, upper: estimate + half };
}

/** Half the width of an interval, in standard errors. */
function halfWidth(falseAlarmRate: number, degreesOfFreedom: number): number {
  const probability = 1 - falseAlarmRate / 2;
  return Number.isFinite(degreesOfFreedom)
    ? studentQuantile(probability, degreesOfFreedom)
    : normalQuantile(probability, 0, 1);
}

/**
 * An interval that misses the expectation speaks against the claim. One that does not is for it only
 * if it is narrow: a wide one would have hit the expectation of a wrong claim, too.
 */
function verdictOf(
  lower: number,
  upper: number,
  { from, to }: Span,
  resolution: number,
  missed: Verdict = "does not hold",
): Verdict {
  if (Number.isNaN(lower) || Number.isNaN(upper)) return "cannot be told";
  if (upper < from || lower > to) return missed;
  return lower >= from - resolution && upper <= to + resolution ? "holds" : "cannot be told";
}

/** What all checks of a claim say together: it holds if every one says so, and fails by one. */
export function verdictOfAll(checks: readonly Check[]): Verdict {
  const verdicts = checks.map(({ verdict }) => verdict);
  if (verdicts.includes("does not hold")) return "does not hold";
  return verdicts.length === 0 || verdicts.includes("cannot be told") ? "cannot be told" : "holds";
}

/** The expectation of one number. */
export function exactly(value: number): Span {
  return { from: value, to: value };
}
