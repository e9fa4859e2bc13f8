import { NO_MOMENTS, type Moments } from "./moments.ts";
import type { CheckpointSums } from "./replicaSums.ts";

/** Unit roundoff of a double: half the distance from 1 to the next one. */
const ROUNDOFF = 2 ** -53;
/** Most units of roundoff by which a backend gets the growth of a single layer wrong. */
const LAYER_ROUNDING = 64;
/** Most values whose mean is formed by adding one after the other: those of a shard. */
const MAXIMUM_ADDED = 65_536;
/** A σ² from here on is never rounding, however deep the network. */
const LEAST_VARIANCE = 1e-12;

/**
 * The moments of the growth, without what is only rounding: where all networks grow alike, such as
 * linear orthogonal ones, the variance is 0, and a mean within its own rounding error of 0 is 0.
 *
 * Let all networks grow by exactly λl over l layers, L the depth, n the layers without the burn-in,
 * and u the unit roundoff. A backend adds L increments, each of which has an error of at most 64u.
 * The additions round sums of size |λ|, 2|λ|, … L|λ|. So the growth of a replica is wrong by at most
 *
 *     u ( |λ| L(L+1)/2 + 64 L ).
 *
 * The mean of a shard is formed by adding up to m = min(N, 65,536) such values, whose sums are of
 * size |λ|n, … m|λ|n, so that it is off by another u|λ|n(m+1)/2 at most; merging shards adds as much.
 * With r the sum of the three, all values are within r of the rounded mean, and the sum of N squares of
 * deviations from it is at most N r². Growth that fluctuates less than that cannot be told from growth
 * that does not.
 *
 * r is a worst case. At ten million layers and absurd gains it can be larger than the fluctuations
 * of real networks, so a σ² of 10⁻¹² or more is never dropped.
 *
 * @param layerCount n, the layers that the growth covers
 */
export function withoutRounding(sums: CheckpointSums, layerCount: number): Moments | undefined {
  const [growth] = sums.moments;
  const count = sums.survivorCount;
  if (growth === undefined || count < 2 || layerCount < 1) return growth;
  const size = Math.abs(growth.mean);
  const perReplica = ((size / layerCount) * (sums.depth + 1)) / 2 + LAYER_ROUNDING;
  const added = Math.min(count, MAXIMUM_ADDED);
  const rounding = ROUNDOFF * (perReplica * sums.depth + size * (added + 1));
  const isConstant =
    growth.m2 <= count * rounding ** 2 && growth.m2 / (count - 1) / layerCount < LEAST_VARIANCE;
  if (!isConstant) return growth;
  return { ...NO_MOMENTS, mean: size <= rounding ? 0 : growth.mean };
}
