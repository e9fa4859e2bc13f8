import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

import type { QuantileSketch } from "./quantileSketch.ts";

/** Up to so many values, ranks are those of the binomial law itself, and else of its normal limit. */
const MOST_EXACT = 2000;

/** A value of which a sketch knows no more than its bin. */
export interface RankedValue {
  /** Where the value is taken to be. */
  readonly value: number;
  /** It is not below this. */
  readonly lower: number;
  /** It is not above this. */
  readonly upper: number;
}

/** The ranks, counted from 1, of the values that are the ends of an interval. */
export interface RankInterval {
  readonly lower: number;
  readonly upper: number;
}

/**
 * The ranks of the values between which the quantile of a law lies with a probability of at least
 * `level`, whatever the law is: at each end, the quantile is beyond the value with a probability of
 * at most (1 − level)/2, by the binomial law of the number of values below it (Conover 1999, 3.2).
 * Undefined if there are too few values for such ranks.
 */
export function quantileRanks(
  count: number,
  probability: number,
  level: number,
): RankInterval | undefined {
  const tail = (1 - level) / 2;
  if (count > MOST_EXACT) {
    const mean = count * probability;
    const reach = -normalQuantile(tail, 0, 1) * Math.sqrt(mean * (1 - probability));
    return { lower: Math.floor(mean - reach), upper: Math.ceil(mean + reach) + 1 };
  }
  // Of B values below the quantile, P(B ≤ k) for k = 0, 1, ….
  let below = 0;
  let lower = 0;
  let logTerm = count * Math.log1p(-probability);
  const logOdds = Math.log(probability) - Math.log1p(-probability);
  for (let k = 0; k < count; k++) {
    below += Math.exp(logTerm);
    if (below <= tail) lower = k + 1;
    if (below >= 1 - tail) return lower === 0 ? undefined : { lower, upper: k + 1 };
    logTerm += Math.log((count - k) / (k + 1)) + logOdds;
  }
  return undefined;
}

/**
 * The value of a rank in a sketch: 1 is the smallest. Within a bin, values are taken to be spread
 * evenly.
 */
export function rankedValue(sketch: QuantileSketch, rank: number): RankedValue {
  const { binWidth, binIndexes, binCounts, minimum = -Infinity, maximum = Infinity } = sketch;
  let below = 0;
  for (const [i, count] of binCounts.entries()) {
    const isLast = i === binCounts.length - 1;
    if (below + count < rank && !isLast) {
      below += count;
      continue;
    }
    const index = binIndexes[i] ?? NaN;
    const lower = Math.max(index * binWidth, minimum);
    const upper = Math.min((index + 1) * binWidth, maximum);
    if (i === 0 && rank === 1 && minimum > -Infinity) {
      return { value: minimum, lower: minimum, upper: minimum };
    }
    if (isLast && rank === below + count && maximum < Infinity) {
      return { value: maximum, lower: maximum, upper: maximum };
    }
    return { value: lower + ((rank - below - 0.5) / count) * (upper - lower), lower, upper };
  }
  return { value: NaN, lower: NaN, upper: NaN };
}

/**
 * The quantile of a sample: where n · probability is an integer k, the mean of the k-th value and the
 * next, and else the value above (Hyndman and Fan 1996, definition 2). For 1/2 it is the median, and
 * for 0.4 the median of the best 80 % where that is a whole number of values. Undefined without
 * values.
 *
 * @param transform what is done to each value before the mean is taken, for example an exponential.
 */
export function sampleQuantile(
  sketch: QuantileSketch,
  probability: number,
  transform: (value: number) => number = (value) => value,
): number | undefined {
  const total = sketch.binCounts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const place = total * probability;
  const whole = Math.round(place);
  const at = (rank: number) =>
    transform(rankedValue(sketch, Math.min(Math.max(rank, 1), total)).value);
  // Products like 15 · 0.4 are off by rounding.
  if (Math.abs(place - whole) > 1e-9 * total) return at(Math.ceil(place));
  return (at(whole) + at(whole + 1)) / 2;
}
