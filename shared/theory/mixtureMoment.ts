import { logGammaRatio } from "./chiSquare.ts";

/**
 * The log-moment log E X^s, for s ≥ −½ and d + 2s > 0. X is the sum of d independent units, each a
 * Gamma(½) variable with odds 1, or β² times one with odds w. If β = 0 and s ≤ 0, the result is
 * log E [X^s; X > 0] instead.
 *
 * A unit's transform is H(z) = ((1−z)^−½ + w (1−β²z)^−½)/(1+w). Inverting the Laplace transform
 * Γ(s+1) z^(−s−1) of x^s, and taking the expectation under the integral,
 *
 *     E X^s = Γ(s+1)/(2πi) ∫ H(z)^d z^(−s−1) dz
 *
 * along any path from −i∞ to i∞ between the cuts z ≤ 0 and z ≥ 1. The path used here is a branch of
 * a hyperbola. It passes upright through the saddle c of the integrand on (0, 1) and bends away at
 * 45° around the nearer cut. On it the integrand decays before its phase has turned far; on a
 * straight line it would oscillate at length when d ≫ s or s ≫ d. With y = σ sinh t, σ the width of
 * the saddle, Gaussian core and algebraic tail both decay fast in t, and all is analytic for
 * |Im t| < π/4, so that the trapezoid rule of step h errs by e^(−π²/2h).
 */
export function logMixtureMoment(s: number, width: number, w: number, ratio: number): number {
  const unit: Unit = { w, scale: ratio * ratio, complement: (1 - ratio) * (1 + ratio) };
  const c = saddlePoint((s + 1) / width, unit);
  const gap = 1 - c;
  const side = c < gap ? -1 : 1;
  const vertex = 2 * Math.min(c, gap);
  const spread = 1 / Math.sqrt((s + 1) / c ** 2 + width * derivatives(c, unit).second);
  const peak = logTransform({ x: c, rest: gap, y: 0 }, unit).modulus;
  // X = 0 has positive probability only if β = 0. It is left out, since it would slow the decay.
  const absent = ratio === 0 ? Math.exp(-width * (Math.log1p(1 / w) + peak)) : 0;

  let sum = 0;
  for (let t = 0; ; t += STEP) {
    const y = spread * Math.sinh(t);
    const axis = Math.hypot(y, vertex);
    const shift = (side * y * y) / (axis + vertex);
    const { modulus, argument } = logTransform({ x: c + shift, rest: gap - shift, y }, unit);
    const present = Math.exp(width * (modulus - peak));
    const turn = (s + 1) * Math.atan2(y, c + shift);
    const power = Math.exp(-(s + 1) * logSize(1 + shift / c, shift / c, y / c));
    const weight = Math.cosh(t) * power * (t === 0 ? 0.5 : 1);
    const real = present * Math.cos(width * argument - turn) - absent * Math.cos(turn);
    const imaginary = present * Math.sin(width * argument - turn) + absent * Math.sin(turn);
    // dz = i (1 − i · tilt) dy
    const tilt = (side * y) / axis;
    sum += weight * (real + tilt * imaginary);
    if (!(weight * Math.hypot(real, imaginary) > NEGLIGIBLE * sum)) break;
  }
  const logIntegral = Math.log((sum * STEP * spread) / Math.PI);
  return logGammaRatio(1, s) + width * peak - (s + 1) * Math.log(c) + logIntegral;
}

const STEP = 0.1;

const NEGLIGIBLE = 1e-19;

interface Unit {
  /** The odds of the small component. */
  readonly w: number;
  /** β² */
  readonly scale: number;
  /** 1 − β² */
  readonly complement: number;
}

/** Finds the c at which c (log H)′(c), which increases from 0 to ∞ over (0, 1), takes the value. */
function saddlePoint(value: number, unit: Unit): number {
  let [low, high] = [-40, 36];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    const c = 1 / (1 + Math.exp(-middle));
    if (c * derivatives(c, unit).first < value) low = middle;
    else high = middle;
  }
  return 1 / (1 + Math.exp(-low));
}

/** The derivatives (log H)′ and (log H)″ at a real point. */
function derivatives(c: number, { w, scale }: Unit): { first: number; second: number } {
  const [a, b] = [1 / (1 - c), scale / (1 - scale * c)];
  const [rootA, rootB] = [Math.sqrt(a), w / Math.sqrt(1 - scale * c)];
  const total = rootA + rootB;
  const first = (a * rootA + b * rootB) / (2 * total);
  const second = (3 * (a * a * rootA + b * b * rootB)) / (4 * total) - first * first;
  return { first, second };
}

/** A complex number z = x + iy together with 1 − x, so that neither loses its digits. */
interface Point {
  readonly x: number;
  readonly rest: number;
  readonly y: number;
}

/**
 * Computes log|H(z)| and arg H(z) from H − 1, since in wide layers z is of order 1/d and the
 * logarithm is multiplied by d.
 */
function logTransform(
  { x, rest, y }: Point,
  { w, scale, complement }: Unit,
): { modulus: number; argument: number } {
  const large = inverseRootLessOne({ x, rest, y });
  const small = inverseRootLessOne({ x: scale * x, rest: rest + complement * x, y: scale * y });
  const real = (large.real + w * small.real) / (1 + w);
  const imaginary = (large.imaginary + w * small.imaginary) / (1 + w);
  return {
    modulus: logSize(1 + real, real, imaginary),
    argument: Math.atan2(imaginary, 1 + real),
  };
}

/** (1 − z)^(−½) − 1 */
function inverseRootLessOne({ x, rest, y }: Point): { real: number; imaginary: number } {
  const log = -logSize(rest, -x, y) / 2;
  const angle = Math.atan2(y, rest) / 2;
  return {
    real: Math.expm1(log) * Math.cos(angle) - 2 * Math.sin(angle / 2) ** 2,
    imaginary: Math.exp(log) * Math.sin(angle),
  };
}

/** Computes log|x + iy|, given x − 1 as well. */
function logSize(x: number, xLessOne: number, y: number): number {
  return Math.abs(xLessOne) < 0.5 && Math.abs(y) < 0.5
    ? Math.log1p(xLessOne * (2 + xLessOne) + y * y) / 2
    : Math.log(Math.hypot(x, y));
}
