import type { Network } from "../../../shared/network/network.ts";
import { binomial, binomialTable } from "../../../shared/random/binomial.ts";
import { chiSquare } from "../../../shared/random/chiSquare.ts";
import type { Stream } from "../../../shared/random/stream.ts";
import { activate, logActivatedNorm } from "../../../shared/network/activation.ts";
import { layerProduct } from "../../../shared/random/layerProduct.ts";

/**
 * Propagates one replica through one more layer. Returns the logarithm of the factor by which the
 * activations grew, without the part that every layer adds (drift.ts).
 */
export type Step = (layer: number) => number;

/** Starts a replica at its initial input. */
export type Start = (stream: Stream, replica: number) => Step;

/** Real matrices, multiplied with a vector that is normalised after every layer. */
export function denseReplicas(network: Network): Start {
  const { width, negativeSlope } = network;
  const product = layerProduct(network);
  let x = new Float64Array(width);
  let z = new Float64Array(width);
  return (stream, replica) => {
    stream.input(x, replica);
    activate(x, 1);
    return (layer) => {
      product(stream, replica, layer, [x], [z]);
      [x, z] = [z, x];
      return activate(x, negativeSlope);
    };
  };
}

/** The layer's norm from its exact law: K ~ Binomial(width, ½), A ~ χ²_K and B ~ χ²_{width−K}. */
export function isotropicReplicas({ width, negativeSlope, weights }: Network): Start {
  const table = binomialTable(width);
  return (stream, replica) => (layer) => {
    const nextWord = stream.words(replica, layer);
    const positiveUnits = binomial(table, nextWord(), nextWord());
    const positive = chiSquare(positiveUnits, nextWord);
    const negative = chiSquare(width - positiveUnits, nextWord);
    const logNorm = logActivatedNorm(positive, negative, negativeSlope);
    return weights === "gaussian" ? logNorm : logNorm - 0.5 * Math.log(positive + negative);
  };
}
