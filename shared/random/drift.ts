import type { Network } from "../network/network.ts";
import { entryLaw } from "./entries.ts";

/**
 * The part of a layer's log-norm growth that is the same for every replica: log gain and, because
 * independent entries are drawn at the scale that is natural to their law, what makes their variance
 * gain²/width. Added as a logarithm, no gain is too small or too large.
 */
export function driftPerLayer(network: Network): number {
  const { gain, weights, width } = network;
  if (weights === "orthogonal") return Math.log(gain);
  return Math.log(gain) - 0.5 * Math.log(width) - Math.log(entryLaw(network).deviation);
}
