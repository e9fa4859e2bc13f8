import type { Network } from "./network.ts";

/**
 * An upper bound on the share of replicas that are not extinct after the whole depth; it is attained
 * but by `rademacher` and `sparse_gaussian`, whose sums can be exactly zero, and more often so the
 * fewer activations are left.
 *
 * Every law is symmetric. So with q = P(a unit's sum is zero), a unit of ReLU is zero with
 * probability ½(1+q), another with probability q, and a layer with that to the power of the width.
 * If all activations are there, q = (1−p)^width for sparse weights; with fewer, it is more. And of k
 * units, at most p · width · k reach another one on average, half of them only through ReLU: by
 * Markov's inequality, sparse networks of p · width below 1 die out.
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
