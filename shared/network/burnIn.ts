import { isIsotropicNetwork, type Network } from "./network.ts";

/** Layers after which no more of the start is left than λ̂'s standard error hides. */
const MOST_LAYERS = 20;
/** Largest share of the depth that the rule gives away; λ̂'s variance grows by as much. */
const SHARE = 0.1;

/**
 * The burn-in of a network where the user names none: a tenth of the layers, rounded up, and 20 at
 * most; none for a single layer. It is 0 where every layer's growth has the same law: where the
 * weights look the same from every direction, as those of all symmetric laws do at width 1.
 *
 * Elsewhere the growth of the first layers depends on the start: a Gaussian direction is not what
 * layers make of it. The excess dies out geometrically. In units of σ, what is still to come of it
 * after 0, 2, 4, 8, 16 layers was measured (α = 0.01) as 0.20, 0.03, 0.006, 0.002, 0.001 for
 * Rademacher weights at width 3; 0.20, 0.07, 0.03, 0.014, 0.008 at width 5; 0.33, 0.03, 0.01, 0.01,
 * 0.003 and 1.5, 0.5, 0.19, 0.04, 0.01 for sparse weights of density 0.5 at width 4, and 0.1 at
 * width 16; below 0.02 from the start for uniform ones. Over L layers and N replicas the error of
 * λ̂ L is σ√(L/N), 0.055 σ at the default of 200 and 65,536.
 */
export function burnInByRule(network: Network): number {
  const { width, depth } = network;
  if (width === 1 || isIsotropicNetwork(network)) return 0;
  return Math.min(MOST_LAYERS, Math.ceil(SHARE * depth), depth - 1);
}
