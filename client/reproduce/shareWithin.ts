import type { QuantileSketch__Output } from "../../shared/wire/generated/lyapunov/v1/QuantileSketch.ts";

/**
 * The share of values between −bound and bound. Values are taken as spread evenly over their bins.
 *
 * @returns NaN if there is no value
 */
export function shareWithin(
  histogram: QuantileSketch__Output | null | undefined,
  bound: number,
): number {
  const { binWidth = 1, binIndexes = [], binCounts = [] } = histogram ?? {};
  let [within, total] = [0, 0];
  for (const [i, text] of binCounts.entries()) {
    const number = Number(text);
    const from = Number(binIndexes[i]) * binWidth;
    const overlap = Math.min(from + binWidth, bound) - Math.max(from, -bound);
    within += number * Math.max(0, overlap / binWidth);
    total += number;
  }
  return within / total;
}
