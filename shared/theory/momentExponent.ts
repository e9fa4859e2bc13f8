import { logChiSquareMoment } from "./chiSquare.ts";
import { logImbalanceMoment } from "./imbalanceMoment.ts";
import type { Layer } from "./layer.ts";
import { withoutRounding } from "./rounding.ts";
import { describeSlope, logMeanSquareGrowth } from "./slope.ts";

/**
 * The moment exponent Λ(q) = log E (‖x₁‖/‖x₀‖)^q of one layer, for any real q. Over L layers,
 * log E (‖x_L‖/‖x₀‖)^q = L Λ(q). Λ is convex, with Λ(0) = 0, Λ′(0) = λ, Λ″(0) = σ² and
 * Λ(2) = log(½ gain² (1+α²)), which is exactly 0 at He's gain. He's gain thus keeps the mean square, by ever rarer and ever larger
 * networks, while the typical network has λ < 0 and vanishes.
 *
 * In the notation of exact.ts the squared ratio is (gain · scale)² (1+ρT) · χ²_d/d, the last factor
 * only for Gaussian weights, so that Λ is a sum of three terms. It is infinite in these cases:
 *
 * - Gaussian weights: E (χ²_d)^(q/2) = ∞ for q ≤ −d, d being the fewest degrees of freedom ‖x₁‖²
 *   can have when α ≠ 0. Orthogonal weights with α ≠ 0: never, as ‖x₁‖ ≥ gain · min(1, |α|) ‖x₀‖.
 * - α = 0: for every q < 0, since x₁ = 0 with probability 2^−d. (Then Λ(0+) = log(1 − 2^−d).)
 *
 * Measured accuracy for |q| ≤ 10⁵: 10⁻¹³ of the largest of 1, |Λ(q)| and |q log(gain · scale)|. It
 * is better around q = 0, where Λ(q)/q keeps its digits.
 */
export function momentExponent(q: number, layer: Layer): number {
  if (q === 0) return 0;
  const { width, weights, negativeSlope, gain } = layer;
  const growth = logMeanSquareGrowth(gain, negativeSlope);
  // The direction and the length keep the mean square, whatever the width.
  if (q === 2) return 2 * withoutRounding(growth, 0);
  if (negativeSlope === 0 && q < 0) return Infinity;
  if (weights === "gaussian" && q <= -width) return Infinity;
  const slope = describeSlope(negativeSlope);
  const fromDirection = logImbalanceMoment(q / 2, width, slope);
  const fromLength = weights === "gaussian" ? logChiSquareMoment(width, q / 2) : 0;
  return q * growth + fromDirection + fromLength;
}
