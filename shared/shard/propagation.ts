import type { Network } from "../network/network.ts";

/** How much of one weight law a backend has propagated. */
export interface Propagation {
  readonly backend: string;
  /** The law. */
  readonly weights: string;
  readonly replicaCount: number;
  /** Layers of all replicas. */
  readonly layerCount: number;
  /** Entries of the layers' matrices, whether they were drawn or their effect was. */
  readonly weightCount: number;
}

/** What it takes to propagate so many replicas of a network. */
export function propagationOf(
  { weights, width, depth }: Network,
  backend: string,
  replicaCount: number,
): Propagation {
  const layerCount = replicaCount * depth;
  return { backend, weights, replicaCount, layerCount, weightCount: layerCount * width * width };
}
