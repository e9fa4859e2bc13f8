import { logChiSquareCumulants } from "./chiSquare.ts";
import { addCumulants, type Cumulants } from "./cumulants.ts";
import type { Layer } from "./layer.ts";
import { narrowCumulants } from "./narrow.ts";
import { describeSlope, logMeanSquareGrowth, type Slope } from "./slope.ts";
import { WIDE_FROM, wideCumulants } from "./wide.ts";

/**
 * Cumulants, per layer, of the log-norm growth S = log ‖x_L‖ − log ‖x_0‖. Layers are independent,
 * so those of S_L are L times these.
 */
export interface Exponents {
  /** λ, the mean growth. */
  readonly lyapunovExponent: number;
  /** σ² */
  readonly variance: number;
  readonly thirdCumulant: number;
  readonly fourthCumulant: number;
  /** The gain at which λ = 0. Independent of the layer's own gain. */
  readonly criticalGain: number;
}

/**
 * The exponents of a layer; or, when α = 0, nulls beside those of the survivors: a layer all of
 * whose units are negative ends the path, sooner or later one is, and λ = −∞ is not a number.
 */
export type ExactExponents =
  | (Exponents & {
      readonly extinct: false;
      readonly extinctionProbability: 0;
      readonly survivors: null;
    })
  | ({ readonly [name in keyof Exponents]: null } & {
      readonly extinct: true;
      /** Probability that one layer ends the path: 2^−d. */
      readonly extinctionProbability: number;
      /** Conditional on survival. */
      readonly survivors: Exponents;
    });

/**
 * The exact Lyapunov exponent and central limit theorem of a deep network of such layers (Kogler,
 * Schwarz and Kittle, arXiv 2602.10949).
 *
 * An orthogonal W sends x to gain · ‖x‖ · u, u uniform on the sphere. A Gaussian one sends it to
 * gain/√d · ‖x‖ · g = gain · ‖x‖ · √(χ²_d/d) · u, where the length of g is independent of its
 * direction. With ‖φ(u)‖² = scale² (1+ρT) from slope.ts, the increment of S is
 *
 *     log(gain · scale) + ½ log(1+ρT) + ½ log(χ²_d/d),        the last term only for Gaussian W,
 *
 * its terms independent; so cumulants add. The gain moves λ and nothing else.
 *
 * The Gaussian case could be had from the transform M(t) = E e^(−tX) of X = ‖φ(g)‖², because
 * M(e^u) = P(log E − log X > u) for an exponential E: moments of log X are integrals of
 * u^(k−1) (M(e^u) − R(u)), R(u) = exp(−e^u), and the orthogonal case follows on subtracting the
 * cumulants ψ^(k−1)(d/2) of log χ²_d. But both differences cancel: the fourth cumulant is of order
 * d⁻³ beside moments of order 1, and the orthogonal ones vanish as α → ±1. So the direction is
 * computed by itself here (narrow.ts, wide.ts) and the length added; and that integral, at 80
 * digits, is what the tests compare with.
 *
 * Where α = 0, K = 0 positive units end the path. Whether K ≥ 1 depends only on the signs, which
 * are independent of ‖x‖ and of ‖g‖: given survival, increments stay independent and identically
 * distributed, T is conditioned on T > −1, and χ²_d keeps its law.
 *
 * Accuracy, measured: every cumulant to 12 significant digits for widths up to 10⁶ and |α| from
 * 10⁻⁶ to 10³, and as far beyond as was looked. Two provisos lie in the numbers themselves: λ passes
 * through zero at the critical gain, where its error is 10⁻¹⁵; and the fourth cumulant changes sign
 * at a few slopes (for orthogonal weights near α = 0.57 when d is large), around which its error is
 * 10⁻¹² of its size at other slopes.
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
    lyapunovExponent: logMeanSquareGrowth(layer.gain, layer.negativeSlope) + mean / 2,
    variance: variance / 4,
    thirdCumulant: third / 8,
    fourthCumulant: fourth / 16,
    criticalGain: Math.exp(-mean / 2) / slope.scale,
  };
}

/** Cumulants of log(‖x₁‖²/‖x₀‖²) less its value for the mean square. */
function squaredNormCumulants(layer: Layer, slope: Slope, survivorsOnly: boolean): Cumulants {
  const { width, weights } = layer;
  // The 2^−d by which survivors differ is long below rounding in a wide layer.
  const direction =
    width < WIDE_FROM ? narrowCumulants(width, slope, survivorsOnly) : wideCumulants(width, slope);
  return weights === "gaussian" ? addCumulants(direction, logChiSquareCumulants(width)) : direction;
}
