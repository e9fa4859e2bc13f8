import type { Network } from "../network/network.ts";

/** How much of one weight law a backend has propagated. */
export interface Propagation {
  readonly backend: string;
  /** The name of the weight law. */
  readonly weights: string;
  readonly replicaCount: number;
  /** Layers of all replicas together. */
  readonly layerCount: number;
  /** Entries of all layers' matrices, even where only the effect of a matrix was drawn. */
  readonly weightCount: number;
}

/** The work in propagating a number of replicas of a network. */
export function propagationOf(
  { weights, width, depth }: Network,
  backend: string,
  replicaCount: number,
): Propagation {
  const layerCount = replicaCount * depth;
  return { backend, weights, replicaCount, layerCount, weightCount: layerCount * width * width };
}
