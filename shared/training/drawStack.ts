import type { Network } from "../network/network.ts";
import { driftPerLayer } from "../random/drift.ts";
import { layerProduct } from "../random/layerProduct.ts";
import type { Stream } from "../random/stream.ts";
import { replicaStacks } from "../sampling/candidates.ts";
import { distanceFromZero } from "../sampling/distanceFromZero.ts";
import { growthThroughDepth } from "../sampling/growthThroughDepth.ts";

/**
 * The network, by its number among the replicas that propagation draws, with which a training replica
 * begins. With several candidates, candidate c of replica r is network r · count + c, and the one is
 * kept whose growth over the inputs stays nearest to zero through depth (distanceFromZero.ts), the
 * first of equals.
 *
 * @param inputs what enters the stack, of `width` numbers each; those that are zero say nothing
 * @param advanced is called after every layer of every candidate
 */
export function keptCandidate(
  network: Network,
  stream: Stream,
  replica: number,
  candidateCount: number,
  inputs: readonly Float64Array[],
  advanced?: () => void,
): number {
  if (candidateCount <= 1) return replica;
  const stackOf = replicaStacks(network);
  const probes = inputs.filter((input) => input.some((value) => value !== 0));
  const first = replica * candidateCount;
  let kept = first;
  let least = Infinity;
  for (let candidate = first; candidate < first + candidateCount; candidate++) {
    const growths = growthThroughDepth(stackOf(stream, candidate), probes, advanced);
    const distance = distanceFromZero(growths);
    if (!(distance < least)) continue;
    kept = candidate;
    least = distance;
  }
  return kept;
}

/**
 * The weights of all layers of a network that propagation draws densely: shape [depth][width][width],
 * row-major.
 */
export function drawStack(network: Network, stream: Stream, replica: number): Float64Array {
  const { width, depth } = network;
  const product = layerProduct(network);
  const scale = Math.exp(driftPerLayer(network));
  const units = Array.from({ length: width }, (_, j) =>
    Float64Array.from({ length: width }, (__, i) => (i === j ? 1 : 0)),
  );
  const columns = units.map(() => new Float64Array(width));
  const weights = new Float64Array(depth * width * width);
  for (let layer = 0; layer < depth; layer++) {
    product(stream, replica, layer + 1, units, columns);
    const at = layer * width * width;
    for (const [j, column] of columns.entries()) {
      for (const [i, entry] of column.entries()) weights[at + i * width + j] = scale * entry;
    }
  }
  return weights;
}
