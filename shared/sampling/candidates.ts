import type { Network } from "../network/network.ts";
import { driftPerLayer } from "../random/drift.ts";
import { layerProduct } from "../random/layerProduct.ts";
import type { Stream } from "../random/stream.ts";
import type { LayerStack } from "./growthThroughDepth.ts";

/**
 * How many candidates sampling initialization draws where nobody says: √depth, rounded up, as the
 * paper has it, and at least 2.
 */
export function defaultCandidateCount(depth: number): number {
  return Math.max(2, Math.ceil(Math.sqrt(depth)));
}

/** The first probe inputs of a seed, which are the same for all of its candidates. */
export function probeInputs(stream: Stream, width: number, count: number): Float64Array[] {
  return Array.from({ length: count }, (_, index) => {
    const input = new Float64Array(width);
    stream.probe(input, index);
    return input;
  });
}

/** Makes the layers of replicas of a network, which are those that a simulation draws densely. */
export function replicaStacks(network: Network): (stream: Stream, replica: number) => LayerStack {
  const { depth, negativeSlope } = network;
  const product = layerProduct(network);
  const drift = driftPerLayer(network);
  return (stream, replica) => ({
    depth,
    negativeSlope,
    drift,
    multiply: (layer, inputs, outs) => product(stream, replica, layer, inputs, outs),
  });
}
