/** What repeated measurements say: their middle, and how far they lie apart. */
export interface Summary {
  readonly median: number;
  /** Half of the interquartile range. */
  readonly halfInterquartileRange: number;
  /** Error of the median, if the values are about normal: √(π/2) σ/√n, σ being 0.741 of the range. */
  readonly standardError: number;
}

export function summarize(values: readonly number[]): Summary {
  const range = quantile(values, 0.75) - quantile(values, 0.25);
  return {
    median: quantile(values, 0.5),
    halfInterquartileRange: range / 2,
    standardError: (Math.sqrt(Math.PI / 2) * 0.741 * range) / Math.sqrt(values.length),
  };
}

/** Ratios of two series round by round: what slows a whole round down does not show in them. */
export function ratios(over: readonly number[], under: readonly number[]): number[] {
  return over.map((value, round) => value / (under[round] ?? NaN));
}

/** Linear between the order statistics; NaN of nothing. */
function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = p * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (place - Math.floor(place)) * (above - below);
}
