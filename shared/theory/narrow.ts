import type { Cumulants } from "./cumulants.ts";
import type { Slope } from "./slope.ts";

/**
 * Cumulants of log(1+ρT) (see slope.ts), by quadrature over the exact law of the imbalance T. For
 * survivors only, the law is conditioned on T > −1, that is, on a positive unit.
 *
 * If K of the d units are positive, their share A = (1+T)/2 of the squared norm is
 * Beta(K/2, (d−K)/2). In v = log(A/(1−A)), mixed over K ~ Binomial(d, ½), its density is
 *
 *     p(v) = (1+q²)^(−d/2) Σ_J c_J q^J,    q = e^(−v/2),    T = (1−q²)/(1+q²),
 *     c_J = 2^−d binomial(d, J) / B(J/2, (d−J)/2),    J = d−K = 1 … d−1,
 *
 * plus an atom of mass 2^−d at each of T = ±1. Both p and log(1+ρT) are analytic for |Im v| < π, so
 * that the trapezoid rule converges exponentially.
 *
 * No digits cancel, however small ρ is, because T and −T are taken together: log(1±ρT) = even ± odd
 * with
 *
 *     even = ½ log(1 − ρ²T²),    odd = artanh(ρT),
 *
 * so that every odd power of ρ drops out before it is summed rather than after. What remains is the
 * cancellation inside μ₄ − 3μ₂², a loss of log₁₀ d digits. Because of this loss, and of the cost of
 * the sum over J, wide layers have a formula of their own (wide.ts).
 */
export function narrowCumulants(width: number, slope: Slope, survivorsOnly: boolean): Cumulants {
  const points = imbalanceLaw(width, slope, survivorsOnly);
  let mass = 0;
  let mean = 0;
  for (const { weight, even } of points) {
    mass += weight;
    mean += weight * even;
  }
  mean /= mass;

  let second = 0;
  let third = 0;
  let fourth = 0;
  for (const { weight, even, odd } of points) {
    const deviation = even - mean;
    const e2 = deviation * deviation;
    const o2 = odd * odd;
    second += weight * (e2 + o2);
    third += weight * deviation * (e2 + 3 * o2);
    fourth += weight * (e2 * e2 + 6 * e2 * o2 + o2 * o2);
  }
  const variance = second / mass;
  return { mean, variance, third: third / mass, fourth: fourth / mass - 3 * variance ** 2 };
}

/** With probability `weight`, log(1 + ρT) is even ± odd, the sign being a fair coin. */
interface Point {
  readonly weight: number;
  readonly even: number;
  readonly odd: number;
}

/** Below this, the density's remaining tail, at least as light as e^(−v/2), is under rounding. */
const NEGLIGIBLE = 1e-30;

function imbalanceLaw(width: number, slope: Slope, survivorsOnly: boolean): readonly Point[] {
  const coefficients = shareCoefficients(width);
  const atom = 2 ** -width;
  // Survivors have no layer without a positive unit: the atom at T = 1 stays, that at −1 goes.
  const points = survivorsOnly
    ? [{ weight: atom, even: Math.LN2, odd: 0 }]
    : [pointAt(0, 2 * atom, slope)];
  // p is no narrower than the logit of Beta(d/4, d/4), of standard deviation √(8/d).
  const step = 0.75 / Math.sqrt(width + 7);
  for (let index = 0; ; index++) {
    const q = Math.exp((-index * step) / 2);
    const density = evaluate(coefficients, q) * (1 + q * q) ** (-width / 2);
    if (!(density > NEGLIGIBLE)) return points;
    points.push(pointAt(q, (index === 0 ? 1 : 2) * step * density, slope));
  }
}

function pointAt(q: number, weight: number, { contrast, ratio }: Slope): Point {
  const x = (contrast * (1 - q * q)) / (1 + q * q);
  if (x < 0.5) return { weight, even: Math.log1p(-x * x) / 2, odd: Math.atanh(x) };
  const plus = Math.log1p(x);
  // 1 − ρT = 2 (q²+β²) / ((1+q²)(1+β²)) keeps the digits that 1 − x loses.
  const share = Math.hypot(q, ratio) / (Math.hypot(1, q) * Math.hypot(1, ratio));
  const minus = Math.LN2 + 2 * Math.log(share);
  return { weight, even: (plus + minus) / 2, odd: (plus - minus) / 2 };
}

/**
 * Computes c_1 … c_{d−1} by c_{J+2}/c_J = (d−J)(d−J−1)(d−J−2) / (J (J+1) (J+2)), from c_1 and c_2.
 * It uses only products, since logarithms of gammas would cost digits.
 */
function shareCoefficients(width: number): Float64Array {
  const coefficients = new Float64Array(Math.max(3, width));
  if (width > 1) coefficients[1] = 2 ** -width * width * halfStepGammaRatio(width);
  if (width > 2) coefficients[2] = (2 ** -width * width * (width - 1) * (width - 2)) / 4;
  for (let j = 1; j + 2 < width; j++) {
    const rest = width - j;
    const ratio = (rest * (rest - 1) * (rest - 2)) / (j * (j + 1) * (j + 2));
    coefficients[j + 2] = (coefficients[j] as number) * ratio;
  }
  return coefficients;
}

/** r_d = 1/B(½, (d−1)/2) = Γ(d/2) / (√π Γ((d−1)/2)), by r_2 = 1/π, r_d r_{d+1} = (d−1)/2π. */
function halfStepGammaRatio(width: number): number {
  let ratio = 1 / Math.PI;
  for (let d = 2; d < width; d++) ratio = (d - 1) / (2 * Math.PI * ratio);
  return ratio;
}

function evaluate(coefficients: Float64Array, q: number): number {
  let sum = 0;
  for (let j = coefficients.length - 1; j >= 0; j--) sum = sum * q + (coefficients[j] as number);
  return sum;
}
