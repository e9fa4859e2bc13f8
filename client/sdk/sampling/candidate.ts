import type { Network } from "../../../shared/network/network.ts";
import { Stream } from "../../../shared/random/stream.ts";
import { driftPerLayer } from "../../../shared/random/drift.ts";
import { layerProduct } from "../../../shared/random/layerProduct.ts";
import { probeInputs, replicaStacks } from "../../../shared/sampling/candidates.ts";
import { growthThroughDepth } from "../../../shared/sampling/growthThroughDepth.ts";

/** A candidate of sampling initialization: with the network, it is all that reproduces it. */
export interface Candidate {
  readonly seed: bigint;
  /** Its index among the replicas of the seed. */
  readonly replica: number;
}

/**
 * The mean growth of a candidate over its probe inputs, after each of its layers.
 */
export function candidateGrowths(
  network: Network,
  { seed, replica }: Candidate,
  probeCount: number,
): Float64Array {
  const stream = new Stream(seed);
  const stack = replicaStacks(network)(stream, replica);
  return growthThroughDepth(stack, probeInputs(stream, network.width, probeCount));
}

/**
 * Draws the weights of a candidate, layer after layer: matrices of shape [width out][width in],
 * row-major, in float32.
 */
export function* candidateWeights(
  network: Network,
  { seed, replica }: Candidate,
): Iterable<Float32Array> {
  const { width, depth } = network;
  const stream = new Stream(seed);
  const multiply = layerProduct(network);
  const scale = Math.exp(driftPerLayer(network));
  const units = Array.from({ length: width }, (_, column) => {
    const unit = new Float64Array(width);
    unit[column] = 1;
    return unit;
  });
  const columns = units.map(() => new Float64Array(width));
  for (let layer = 1; layer <= depth; layer++) {
    multiply(stream, replica, layer, units, columns);
    const weights = new Float32Array(width * width);
    for (const [column, entries] of columns.entries()) {
      for (const [row, entry] of entries.entries()) weights[row * width + column] = scale * entry;
    }
    yield weights;
  }
}
