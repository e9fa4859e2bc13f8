import type { Estimate } from "./estimate.ts";

/**
 * Standard errors within which λ̂ counts as zero; with many replicas, a true zero falls outside in
 * 1 of 16,000 runs.
 */
export const ZERO_WITHIN = 4;
/** Changes of the log-norm over the whole depth that are smaller count as rounding. */
const ROUNDING = 1e-3;

/**
 * Whether λ̂ is zero to within its error; where nothing fluctuates there is none, and rounding
 * counts as zero.
 */
export function isZeroExponent(
  { estimate, standardError }: Pick<Estimate, "estimate" | "standardError">,
  layerCount: number,
): boolean {
  const size = Math.abs(estimate);
  return size <= ZERO_WITHIN * standardError || size * layerCount < ROUNDING;
}
