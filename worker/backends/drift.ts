import type { Network } from "../../shared/network/network.ts";

/**
 * The part of a layer's log-norm growth that is the same for every replica: log gain and, because
 * Gaussian entries are drawn with variance 1, −½ log width. Added as a logarithm, no gain is too
 * small or too large.
 */
export function driftPerLayer({ gain, weights, width }: Network): number {
  return Math.log(gain) - (weights === "gaussian" ? 0.5 * Math.log(width) : 0);
}
