import type { Network } from "./network.ts";

/**
 * An upper bound on the share of replicas that survive the whole depth. All laws attain it except
 * `rademacher` and `sparse_gaussian`: their sums can be exactly zero, and are so more often the
 * fewer activations are left.
 *
 * Every law is symmetric. Let q = P(a unit's sum is zero). A ReLU unit is zero with probability
 * ½(1+q), any other unit with probability q, and a layer with that probability to the power of the
 * width. For sparse weights, q = (1−p)^width if all activations are there, and more with fewer.
 * Moreover, k units reach at most p · width · k units of the next layer on average, and half of
 * that through ReLU. By Markov's inequality, sparse networks of p · width below 1 die out.
 */
export function survivalBound({ width, depth, negativeSlope, weights, density }: Network): number {
  const isRelu = negativeSlope === 0;
  const p = weights === "sparse_gaussian" ? (density ?? NaN) : 1;
  const zeroSum = (1 - p) ** width;
  const zeroLayer = (isRelu ? (1 + zeroSum) / 2 : zeroSum) ** width;
  const reach = p * width * (isRelu ? 0.5 : 1);
  const layerByLayer = depth * Math.log1p(-zeroLayer);
  const onAverage = weights === "sparse_gaussian" ? Math.log(width) + depth * Math.log(reach) : 0;
  return Math.exp(Math.min(0, layerByLayer, onAverage));
}
