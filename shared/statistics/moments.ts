/**
 * Mean and sums of powers of deviations from it, of `count` values; the count is kept by whoever
 * keeps the moments. With no values all four are 0.
 */
export interface Moments {
  readonly mean: number;
  /** Σ (x − mean)² */
  readonly m2: number;
  /** Σ (x − mean)³ */
  readonly m3: number;
  /** Σ (x − mean)⁴ */
  readonly m4: number;
}

/**
 * Moments of no values.
 *
 * @internal exported for tests
 */
export const NO_MOMENTS: Moments = { mean: 0, m2: 0, m3: 0, m4: 0 };

/**
 * Moments of the values, in two passes: the mean first, then the deviations from it.
 *
 * The loops are in functions of their own, which make no objects: where V8 13.6 (Node 24) replaces
 * a running loop by optimized code and an object literal follows in the same function, objects made
 * there have been seen to share their numbers, so that a later one overwrites an earlier one; on a
 * busy machine about once in 130 worker threads (test/soak/moments.soak.ts).
 */
export function momentsOf(values: Float64Array): Moments {
  if (values.length === 0) return NO_MOMENTS;
  const mean = sumOf(values) / values.length;
  const sums = powerSums(values, mean);
  return { mean, m2: sums[0] as number, m3: sums[1] as number, m4: sums[2] as number };
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** Σ (x − mean)², Σ (x − mean)³ and Σ (x − mean)⁴. */
function powerSums(values: Float64Array, mean: number): Float64Array {
  let m2 = 0;
  let m3 = 0;
  let m4 = 0;
  for (const value of values) {
    const deviation = value - mean;
    const square = deviation * deviation;
    m2 += square;
    m3 += square * deviation;
    m4 += square * square;
  }
  return Float64Array.of(m2, m3, m4);
}

/**
 * Moments of the union of two sets of values, by the pairwise update formulas of Chan, Golub and
 * LeVeque (1979), carried to the fourth order by Pébay (Sandia report SAND2008-6212).
 */
export function mergeMoments(a: Moments, countA: number, b: Moments, countB: number): Moments {
  if (countA === 0) return b;
  if (countB === 0) return a;
  const count = countA + countB;
  const delta = b.mean - a.mean;
  const step = delta / count;
  const product = countA * countB;
  const spread = delta * step * product;
  return {
    mean: a.mean + step * countB,
    m2: a.m2 + b.m2 + spread,
    m3:
      a.m3 + b.m3 + spread * step * (countA - countB) + 3 * step * (countA * b.m2 - countB * a.m2),
    m4:
      a.m4 +
      b.m4 +
      spread * step * step * (countA * countA - product + countB * countB) +
      6 * step * step * (countA * countA * b.m2 + countB * countB * a.m2) +
      4 * step * (countA * b.m3 - countB * a.m3),
  };
}

/** Σ (x − mean x)(y − mean y) of two rows of equal length. */
export function coMomentOf(x: Float64Array, meanX: number, y: Float64Array, meanY: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += ((x[i] as number) - meanX) * ((y[i] as number) - meanY);
  return sum;
}

/** The co-moment of the union, from those of the parts and the differences of their means. */
export function mergeCoMoments(
  a: { readonly coMoment: number; readonly meanX: number; readonly meanY: number },
  countA: number,
  b: { readonly coMoment: number; readonly meanX: number; readonly meanY: number },
  countB: number,
): number {
  if (countA === 0) return b.coMoment;
  if (countB === 0) return a.coMoment;
  const weight = (countA * countB) / (countA + countB);
  return a.coMoment + b.coMoment + (b.meanX - a.meanX) * (b.meanY - a.meanY) * weight;
}
