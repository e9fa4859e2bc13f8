import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

import { lostDepth, type GrowthLaw } from "./lostDepth.ts";

/** A value of the log-norm growth below which a share of networks lies. */
export interface GrowthQuantile {
  readonly probability: number;
  readonly value: number;
}

/** The ends of the middle nine tenths and of the middle half of networks, around the median. */
export const SPREAD_PROBABILITIES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** Activations are lost once their norm has shrunk by a factor 1000. */
const LOG_LOST = Math.log(1000);

/**
 * Quantiles of the growth over some layers by the central limit theorem: S_L is about normal with
 * mean λL and standard deviation σ√L.
 */
export function normalQuantiles(
  { exponent, deviation }: Pick<GrowthLaw, "exponent" | "deviation">,
  layerCount: number,
): GrowthQuantile[] {
  const [mean, spread] = [exponent * layerCount, deviation * Math.sqrt(layerCount)];
  return SPREAD_PROBABILITIES.map((probability) => ({
    probability,
    value: mean + spread * normalQuantile(probability, 0, 1),
  }));
}

/** Depths at which half, and nine tenths, of all networks are lost; undefined where that never is. */
export function lostDepths(law: GrowthLaw): {
  readonly halfLostDepth: number | undefined;
  readonly nineTenthsLostDepth: number | undefined;
} {
  return {
    halfLostDepth: lostDepth(law, LOG_LOST, 0.5),
    nineTenthsLostDepth: lostDepth(law, LOG_LOST, 0.9),
  };
}
