/**
 * The mean of a set of values, and the sums of powers of deviations from it. The number of values
 * is kept beside the moments. Without values all four are 0.
 */
export interface Moments {
  readonly mean: number;
  /** Second power sum, Σ (x − mean)² */
  readonly m2: number;
  /** Third power sum, Σ (x − mean)³ */
  readonly m3: number;
  /** Fourth power sum, Σ (x − mean)⁴ */
  readonly m4: number;
}

/** The moments of an empty set of values. */
export const NO_MOMENTS: Moments = { mean: 0, m2: 0, m3: 0, m4: 0 };

/**
 * Computes the moments of the values in two passes: first the mean, then the deviations from it.
 *
 * The loops are in functions of their own that create no objects, to avoid a bug of V8 13.6 (Node
 * 24). When V8 replaces a running loop by optimized code and an object literal follows in the same
 * function, objects created there have been seen to share their numbers: a later one overwrites an
 * earlier one. On a busy machine this hit about one in 130 worker threads
 * (test/soak/moments.soak.ts).
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

/** The sums Σ (x − mean)², Σ (x − mean)³ and Σ (x − mean)⁴. */
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
 * Computes the moments of the union of two sets of values, by the pairwise update formulas of Chan,
 * Golub and LeVeque (1979), extended to fourth order by Pébay (Sandia report SAND2008-6212).
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

/** The co-moment Σ (x − mean x)(y − mean y) of two rows of equal length. */
export function coMomentOf(x: Float64Array, meanX: number, y: Float64Array, meanY: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += ((x[i] as number) - meanX) * ((y[i] as number) - meanY);
  return sum;
}

/** The co-moment of a union of two sets, from the sets' co-moments and means. */
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
