/** A summary of repeated measurements: their middle, and how far they lie apart. */
export interface Summary {
  readonly median: number;
  /** Half of the interquartile range. */
  readonly halfInterquartileRange: number;
  /** Error of the median of about normal values: √(π/2) σ/√n, with 0.741 of the range for σ. */
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

/** Ratios of two series round by round: whatever slows a whole round down cancels. */
export function ratios(over: readonly number[], under: readonly number[]): number[] {
  return over.map((value, round) => value / (under[round] ?? NaN));
}

/** The p-quantile, linear between the order statistics; NaN if there are no values. */
function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = p * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (place - Math.floor(place)) * (above - below);
}
