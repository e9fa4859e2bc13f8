/**
 * log ‖φ(z)‖ from the squared norms of the positive and of the negative part of z.
 *
 * ‖φ(z)‖² = P + α² N. For |α| > 1 the factor |α| comes out first, so nothing overflows; and the two
 * parts are kept apart so that a layer without a single positive unit keeps its log however small
 * α is. The result is −∞ where the layer is exactly zero, and never NaN.
 */
export function logActivatedNorm(positive: number, negative: number, slope: number): number {
  if (Math.abs(slope) > 1) {
    return Math.log(Math.abs(slope)) + logActivatedNorm(negative, positive, 1 / slope);
  }
  return positive > 0
    ? 0.5 * Math.log(positive + slope * slope * negative)
    : Math.log(Math.abs(slope)) + 0.5 * Math.log(negative);
}

/** Replaces z by φ(z)/‖φ(z)‖ and returns log ‖φ(z)‖; leaves z alone where that is −∞. */
export function activate(z: Float64Array, slope: number): number {
  let positive = 0;
  let negative = 0;
  for (const value of z) {
    if (value > 0) positive += value * value;
    else negative += value * value;
  }
  const logNorm = logActivatedNorm(positive, negative, slope);
  if (logNorm === -Infinity) return logNorm;

  // Only the direction is left to find, so the slopes may be scaled to at most 1 in size; and if
  // all units are on one side, its slope may be taken as ±1, lest it underflow.
  const scale = Math.max(1, Math.abs(slope));
  const above = negative > 0 ? 1 / scale : 1;
  const below = positive > 0 ? slope / scale : Math.sign(slope);
  const norm = Math.sqrt(above * above * positive + below * below * negative);
  for (const [i, value] of z.entries()) {
    z[i] = ((value > 0 ? above : below) * value) / norm;
  }
  return logNorm;
}
