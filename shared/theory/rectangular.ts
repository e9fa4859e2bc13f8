import { logChiSquareCumulants } from "./chiSquare.ts";
import { exactExponents } from "./exact.ts";
import type { IsotropicLaw } from "./layer.ts";
import { withoutRounding } from "./rounding.ts";

/**
 * One layer `x ↦ φ(W x)` from `fanIn` to `fanOut` units. Entries of a Gaussian W have standard
 * deviation gain/√fanIn. An orthogonal W is gain · Q, with Q as `torch.nn.init.orthogonal_` makes it:
 * its rows are orthonormal where there are no more rows than columns, else its columns are.
 */
export interface RectangularLayer {
  readonly fanIn: number;
  readonly fanOut: number;
  readonly weights: IsotropicLaw;
  /** The slope α, any finite number; 0 is ReLU, of which survivors are meant. */
  readonly negativeSlope: number;
  /** The gain, positive and finite. */
  readonly gain: number;
}

/** What a rectangular layer does to the log-norm: to that of survivors, where α = 0. */
export interface RectangularExponents {
  /** The mean growth. */
  readonly lyapunovExponent: number;
  /** The variance of the growth. */
  readonly variance: number;
  /** The gain at which the mean growth is 0. */
  readonly criticalGain: number;
  /** The probability that the layer ends the path: 0, and 2^−fanOut where α = 0. */
  readonly extinctionProbability: number;
}

/**
 * The exact growth of a rectangular layer. The direction of W x is uniform on the sphere of R^fanOut
 * and independent of ‖W x‖, as in a square layer of width fanOut. Only the length has another law:
 *
 * - Gaussian: W x has the law of gain/√fanIn · ‖x‖ · g, g normal in R^fanOut. A square layer has
 *   √fanOut in place of √fanIn, so that λ is larger here by ½ log(fanOut/fanIn), and σ² is the same.
 * - Orthogonal, fanOut ≥ fanIn: Q keeps norms, as in a square layer of width fanOut.
 * - Orthogonal, fanOut < fanIn: Q x is the first fanOut coordinates of a uniform direction of
 *   R^fanIn. Its squared norm is Beta(fanOut/2, (fanIn−fanOut)/2), a quotient of gamma variables,
 *   whose logarithm has mean ψ(fanOut/2) − ψ(fanIn/2) and variance ψ′(fanOut/2) − ψ′(fanIn/2).
 *   Half of the one and a quarter of the other are added.
 */
export function rectangularExponents(layer: RectangularLayer): RectangularExponents {
  const { fanOut, weights, negativeSlope, gain } = layer;
  const { survivors, extinctionProbability, ...all } = exactExponents({
    width: fanOut,
    weights,
    negativeSlope,
    gain,
  });
  const { lyapunovExponent, variance, criticalGain } = survivors ?? all;
  if (lyapunovExponent === null || variance === null || criticalGain === null) {
    throw new Error("neither exponents nor survivors'");
  }
  const length = lengthGrowth(layer);
  return {
    lyapunovExponent: withoutRounding(lyapunovExponent + length.mean, length.mean),
    variance: variance + length.variance,
    criticalGain: criticalGain * Math.exp(-length.mean),
    extinctionProbability,
  };
}

/** What the length's law adds to the growth of a square layer of width fanOut. */
function lengthGrowth({ fanIn, fanOut, weights }: RectangularLayer) {
  if (weights === "gaussian") return { mean: Math.log(fanOut / fanIn) / 2, variance: 0 };
  if (fanOut >= fanIn) return { mean: 0, variance: 0 };
  // Cumulants of log(χ²_d/d): ψ(d/2) − log(d/2), ψ′(d/2).
  const [outer, inner] = [logChiSquareCumulants(fanOut), logChiSquareCumulants(fanIn)];
  return {
    mean: (outer.mean - inner.mean + Math.log(fanOut / fanIn)) / 2,
    variance: (outer.variance - inner.variance) / 4,
  };
}
