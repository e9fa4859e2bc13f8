import { logChiSquareCumulants } from "./chiSquare.ts";
import { addCumulants, type Cumulants } from "./cumulants.ts";
import type { Layer } from "./layer.ts";
import { narrowCumulants } from "./narrow.ts";
import { withoutRounding } from "./rounding.ts";
import { describeSlope, logMeanSquareGrowth, type Slope } from "./slope.ts";
import { WIDE_FROM, wideCumulants } from "./wide.ts";

/**
 * Cumulants per layer of the log-norm growth S = log ‖x_L‖ − log ‖x_0‖. Layers are independent, so
 * that the cumulants of S_L are L times these.
 */
export interface Exponents {
  /** λ, the mean growth. */
  readonly lyapunovExponent: number;
  /** σ², the variance of the growth. */
  readonly variance: number;
  readonly thirdCumulant: number;
  readonly fourthCumulant: number;
  /** The gain at which λ = 0; it does not depend on the layer's own gain. */
  readonly criticalGain: number;
}

/**
 * The exponents of a layer. When α = 0 they are null, and the survivors' are given instead: a layer
 * whose units are all negative ends the path, sooner or later one is, and λ = −∞ is not a number.
 */
export type ExactExponents =
  | (Exponents & {
      readonly extinct: false;
      readonly extinctionProbability: 0;
      readonly survivors: null;
    })
  | ({ readonly [name in keyof Exponents]: null } & {
      readonly extinct: true;
      /** The probability 2^−d that one layer ends the path. */
      readonly extinctionProbability: number;
      /** The exponents conditional on survival. */
      readonly survivors: Exponents;
    });

/**
 * The exact Lyapunov exponent and central limit theorem of a deep network of equal layers (Kogler,
 * Schwarz and Kittle, arXiv 2602.10949).
 *
 * An orthogonal W sends x to gain · ‖x‖ · u, with u uniform on the sphere. A Gaussian W sends it to
 * gain/√d · ‖x‖ · g = gain · ‖x‖ · √(χ²_d/d) · u, where the length of g is independent of its
 * direction. With ‖φ(u)‖² = scale² (1+ρT) from slope.ts, the increment of S is
 *
 *     log(gain · scale) + ½ log(1+ρT) + ½ log(χ²_d/d),        the last term only for Gaussian W.
 *
 * The terms are independent, so that their cumulants add. The gain changes only λ.
 *
 * The Gaussian case also follows from the transform M(t) = E e^(−tX) of X = ‖φ(g)‖², because
 * M(e^u) = P(log E − log X > u) for an exponential E: moments of log X are integrals of
 * u^(k−1) (M(e^u) − R(u)), R(u) = exp(−e^u). Subtracting the cumulants ψ^(k−1)(d/2) of log χ²_d
 * then gives the orthogonal case. But both differences cancel: the fourth cumulant is of order d⁻³
 * beside moments of order 1, and the orthogonal cumulants vanish as α → ±1. So the direction is
 * computed by itself here (narrow.ts, wide.ts), and the length is added. The tests compare with
 * that integral, computed to 80 digits.
 *
 * If α = 0, a layer with K = 0 positive units ends the path. Whether K ≥ 1 depends only on the
 * signs, which are independent of ‖x‖ and of ‖g‖. Given survival, increments therefore stay
 * independent and identically distributed, T is conditioned on T > −1, and χ²_d keeps its law.
 *
 * Measured accuracy: every cumulant has 12 significant digits for widths up to 10⁶ and |α| from
 * 10⁻⁶ to 10³, and as far beyond as was tried. There are two exceptions, where the values
 * themselves pass through zero. λ does so at the critical gain, where it is exactly 0, and around
 * which its error is 10⁻¹⁵. The fourth cumulant changes sign at a few slopes (for orthogonal weights near α = 0.57 when d is
 * large), around which its error is 10⁻¹² of its size at other slopes.
 */
export function exactExponents(layer: Layer): ExactExponents {
  const slope = describeSlope(layer.negativeSlope);
  if (layer.negativeSlope !== 0) {
    const exact = exponents(layer, slope, false);
    return { ...exact, extinct: false, extinctionProbability: 0, survivors: null };
  }
  return {
    lyapunovExponent: null,
    variance: null,
    thirdCumulant: null,
    fourthCumulant: null,
    criticalGain: null,
    extinct: true,
    extinctionProbability: 2 ** -layer.width,
    survivors: exponents(layer, slope, true),
  };
}

function exponents(layer: Layer, slope: Slope, survivorsOnly: boolean): Exponents {
  const { mean, variance, third, fourth } = squaredNormCumulants(layer, slope, survivorsOnly);
  return {
    lyapunovExponent: withoutRounding(
      logMeanSquareGrowth(layer.gain, layer.negativeSlope) + mean / 2,
      mean / 2,
    ),
    variance: variance / 4,
    thirdCumulant: third / 8,
    fourthCumulant: fourth / 16,
    criticalGain: Math.exp(-mean / 2) / slope.scale,
  };
}

/** Cumulants of log(‖x₁‖²/‖x₀‖²), less its value for the mean square. */
function squaredNormCumulants(layer: Layer, slope: Slope, survivorsOnly: boolean): Cumulants {
  const { width, weights } = layer;
  // In a wide layer, the 2^−d by which survivors differ is far below rounding.
  const direction =
    width < WIDE_FROM ? narrowCumulants(width, slope, survivorsOnly) : wideCumulants(width, slope);
  return weights === "gaussian" ? addCumulants(direction, logChiSquareCumulants(width)) : direction;
}
