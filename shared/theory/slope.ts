/**
 * The effect of a negative slope α on a direction.
 *
 * Let u be uniform on the unit sphere of R^d. The signs of its entries are fair coins independent
 * of their squares. So with ε_i = ±1 fair and independent of u,
 *
 *     ‖φ(u)‖² = Σ (ε_i > 0 ? 1 : α²) u_i² = ½(1+α²) · (1 + ρT),
 *     ρ = (1−α²)/(1+α²),    T = Σ ε_i u_i² ∈ [−1, 1].
 *
 * T is the *imbalance*: the share of the squared norm that the positive units hold, minus the share
 * of the negative units. Its law is symmetric and does not depend on α, which enters only through
 * the scale and |ρ|. So α and −α give norms of the same law, and 1/α the same up to the scale.
 */
export interface Slope {
  /**
   * The factor √(½(1+α²)) by which φ multiplies the root mean square; its inverse is He's gain.
   */
  readonly scale: number;
  /** The contrast |ρ| ∈ [0, 1]: 0 for α = ±1, and 1 for α = 0 and in the limit α → ±∞. */
  readonly contrast: number;
  /** β = min(|α|, 1/|α|); by it, 1 − |ρ| = 2β²/(1+β²) and its logarithm keep their digits. */
  readonly ratio: number;
}

export function describeSlope(negativeSlope: number): Slope {
  const size = Math.abs(negativeSlope);
  const ratio = size <= 1 ? size : 1 / size;
  // 1 − 1/α would round before it subtracts; (α − 1)/α does not.
  const oneMinusRatio = Math.abs(1 - size) / Math.max(1, size);
  return {
    scale: Math.hypot(1, negativeSlope) / Math.SQRT2,
    contrast: (oneMinusRatio * (1 + ratio)) / (1 + ratio * ratio),
    ratio,
  };
}

/**
 * The growth log(gain · scale) of the root mean square per layer. It is zero at He's gain, and
 * precise around that zero: near α = ±1 because the scale's logarithm is precise, elsewhere because
 * the factors are multiplied before the logarithm is taken. (The product overflows only far from
 * any cancellation.)
 */
export function logMeanSquareGrowth(gain: number, negativeSlope: number): number {
  const size = Math.abs(negativeSlope);
  const excess = ((size - 1) * (size + 1)) / 2;
  if (Math.abs(excess) < 0.5) return Math.log(gain) + Math.log1p(excess) / 2;
  const scale = Math.hypot(1, size) / Math.SQRT2;
  return gain * scale < Infinity ? Math.log(gain * scale) : Math.log(gain) + Math.log(scale);
}
