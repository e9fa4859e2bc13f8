import { logGammaRatio } from "./chiSquare.ts";
import { logAddExp, logExpMinusOne, logSumExp } from "./logarithms.ts";
import { logMixtureMoment } from "./mixtureMoment.ts";
import type { Slope } from "./slope.ts";

/**
 * The log-moment log E (1+ρT)^s for any real s (see slope.ts), at a cost that does not depend on
 * the width. If α = 0, it needs s > 0.
 *
 * With A the share of the squared norm that the positive units hold, 1+ρT = (1+ρ)(A + β²(1−A)).
 * Three methods cover the line. Around s = 0, a real integral keeps the relative precision of
 * E (1+ρT)^s − 1. Above that, the inverse Laplace transform is used, since A and 1−A are gamma
 * variables over their sum. Below, it is used after u → D^½u/‖D^½u‖ in the integral over the
 * sphere, which for every positive definite D gives
 *
 *     E (uᵀDu)^s = (det D)^−½ E (uᵀD⁻¹u)^s′,    s′ = −d/2 − s;
 *
 * when D has n entries β² among ones, this is β^(2s) β^(d−n) E (uᵀ(β²D⁻¹)u)^s′: n ones among
 * entries β², each of the latter at the price of a factor β.
 */
export function logImbalanceMoment(s: number, width: number, slope: Slope): number {
  const { contrast, ratio } = slope;
  if (contrast === 0) return 0;
  const fromScale = s * Math.log1p(contrast);
  const logRatio = Math.log(ratio);
  if (width === 1) {
    // ½ (1 + β^(2s))
    const exponent = 2 * s * logRatio;
    return fromScale + Math.max(0, exponent) + Math.log1p(Math.expm1(-Math.abs(exponent)) / 2);
  }

  if (s >= 1.5 || ratio === 0) {
    return fromScale + logMixtureMoment(s, width, 1, ratio) - logGammaRatio(width / 2, s);
  }
  const dual = -width / 2 - s;
  if (dual >= -0.5) {
    const fromDuality = 2 * s * logRatio + width * Math.log((1 + ratio) / 2);
    const moment = logMixtureMoment(dual, width, ratio, ratio) - logGammaRatio(width / 2, dual);
    return fromScale + fromDuality + moment;
  }
  return logMomentAroundZero(-s, width, slope);
}

/** Terms this many e-folds below the largest are left out. */
const LIGHT = 45;

/**
 * The log-moment log E (1+ρT)^−r for −3/2 < r < (d−1)/2, by the identity (∗) of wide.ts:
 *
 *     E (1+ρT)^−r − 1 = 1/B(r, d/2−r) ∫ x^r (1−x)^(d/2−r) (h(ρx)^d − 1) dv,    x = 1/(1+e^−v).
 *
 * The difference is taken inside the integrand, where log h is known to full relative precision.
 * The integrand is positive. Because it is O(x^(r+2)), the right-hand side continues (∗) to r > −2;
 * its zeros, r = 0 and r = −1 (E T = 0), are those of 1/Γ(r) = r (r+1)/Γ(r+2).
 */
function logMomentAroundZero(r: number, width: number, { contrast, ratio }: Slope): number {
  const factor = r * (r + 1);
  if (factor === 0) return 0;
  const rest = width / 2 - r;
  const logRoot = Math.log((2 * ratio) / (1 + ratio * ratio));

  // In v, Beta(r, d/2−r) is no narrower than 1/√r. Below −log d the integrand decays as e^((r+2)v),
  // and above −2 log β, where h saturates, as e^(−(d/2−r)v), though not at once if d/2−r is large.
  const step = 0.5 / Math.sqrt(4 + Math.abs(r));
  const first = -Math.log(width) - LIGHT / (r + 2);
  const last = -2 * logRoot + LIGHT / Math.min(rest, 1);
  const exponents: number[] = [];
  for (let v = first; v <= last; v += step) {
    const logX = -logAddExp(0, -v);
    const logRest = -logAddExp(0, v);
    const x = Math.exp(logX);
    const y = contrast * x;
    // 1−y² = (1−x)(1+x) + (1−ρ²)x², √(1−ρ²) = 2β/(1+β²): near y = 1, its digits and its logarithm.
    const logCosineSquared =
      y < 0.5 ? Math.log1p(-y * y) : logAddExp(logRest + Math.log1p(x), 2 * (logRoot + logX));
    const oneMinusCosine = (y * y) / (1 + Math.exp(logCosineSquared / 2));
    const logH = (Math.log1p(-oneMinusCosine / 2) - logCosineSquared) / 2;
    exponents.push(r * logX + rest * logRest + logExpMinusOne(width * logH));
  }
  const logGammas = -logGammaRatio(2, r) - logGammaRatio(width / 2, -r);
  const log = Math.log(Math.abs(factor) * step) + logGammas + logSumExp(exponents);
  return factor > 0 ? logAddExp(0, log) : Math.log1p(-Math.exp(log));
}
