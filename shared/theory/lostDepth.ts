import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

/** The law of the growth, a layer: its mean, its deviation, and the probability to survive. */
export interface GrowthLaw {
  /** λ per layer, of survivors. */
  readonly exponent: number;
  /** σ per layer, 0 or more. */
  readonly deviation: number;
  /** Probability that a layer leaves the activations alive, above 0 and at most 1. */
  readonly survival: number;
}

/** Depths beyond this are never: no network has so many layers. */
const DEEPEST = 1e15;
/** A share that is reached but for rounding is reached: s is a root of a share that was seen. */
const ROUNDING = 1e-12;

/**
 * The first depth at which a share `share` of all networks is lost; undefined if it never is. A
 * network is lost once it is extinct, or its norm has shrunk by e^logFactor.
 *
 * By the central limit theorem S_l is about normal with mean λl and variance σ²l, and a share s^l
 * survives l layers. The share that is lost is then
 *
 *     1 − s^l + s^l Φ( (−F − λl) / (σ√l) ),    F = logFactor.
 *
 * It reaches p where the survivors' part does, s^l Φ((F + λl)/(σ√l)) ≤ 1 − p, so that with
 * q = (1−p)/s^l < 1
 *
 *     (F + λl) / (σ√l) ≤ Φ⁻¹(q).
 *
 * For λ ≤ 0 the lost share grows with l. For λ > 0 it grows up to l = F/λ, where Φ's argument is
 * largest, may then fall, and grows again once extinctions prevail.
 *
 * @param share p, at least ½ and below 1
 */
export function lostDepth(
  { exponent, deviation, survival }: GrowthLaw,
  logFactor: number,
  share: number,
): number | undefined {
  const isLost = (depth: number): boolean => {
    const left = (1 - share) / survival ** depth;
    if (left >= 1 - ROUNDING) return true;
    const excess = logFactor + exponent * depth;
    const spread = deviation * Math.sqrt(depth);
    // Without spread all networks are lost at once.
    return spread === 0 ? excess <= 0 : excess / spread <= normalQuantile(left, 0, 1);
  };
  // Without losses by growth or by extinction at most half of all networks come to such a depth.
  if (exponent >= 0 && survival === 1) return undefined;
  const turn = exponent > 0 ? Math.max(1, Math.floor(logFactor / exponent)) : 1;
  return turn <= DEEPEST && isLost(turn) ? firstWhere(isLost, 1, turn) : laterDepth(isLost, turn);
}

/** The first depth after `start` at which networks are lost, found by doubling and halving. */
function laterDepth(isLost: (depth: number) => boolean, start: number): number | undefined {
  let low = start;
  for (let step = 1; low <= DEEPEST; step *= 2) {
    if (isLost(low + step)) return firstWhere(isLost, low, low + step);
    low += step;
  }
  return undefined;
}

/** The least whole number in [low, high] that has the property; `high` must have it. */
function firstWhere(has: (value: number) => boolean, low: number, high: number): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (has(middle)) to = middle;
    else from = middle + 1;
  }
  return to;
}
