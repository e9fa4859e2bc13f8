import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

import type { Estimate } from "./estimate.ts";

/**
 * The share of replicas of which something is true, with Wilson's score interval (Wilson 1927): it
 * stays within 0 and 1, and says something where none or all of them are. The standard error is the
 * interval's half width over the normal quantile, so that a share of 0 out of few is not taken to be
 * exact.
 */
export function estimateShare(successes: number, count: number, level: number): Estimate {
  const z = normalQuantile((1 + level) / 2, 0, 1);
  const share = successes / count;
  const shrink = 1 + (z * z) / count;
  const centre = (share + (z * z) / (2 * count)) / shrink;
  const standardError =
    Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count)) / shrink;
  return {
    estimate: share,
    standardError,
    // At the ends the two terms differ by rounding only.
    lower: successes === 0 ? 0 : Math.max(0, centre - z * standardError),
    upper: successes === count ? 1 : Math.min(1, centre + z * standardError),
    level,
    method: "wilson",
  };
}
