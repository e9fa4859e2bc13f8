import { parsePropagation } from "../../shared/kinds/propagation/propagation.ts";
import type {
  PropagationInput,
  PropagationSpecification,
} from "../../shared/kinds/propagation/specification.ts";

/** Depth at which a shard holds 32 replicas for `simd`, and 4 for `reference`. */
export const DEPTH = 200_000;
export const SHARD_SIZE = 32;

/** A valid specification whose shards hold 32 replicas, with some fields replaced. */
export function specificationWith(
  input: Omit<PropagationInput, "network"> & { readonly network?: object } = {},
): PropagationSpecification {
  return parsePropagation({
    checkpointDepths: [DEPTH],
    stoppingRule: { replicaCount: SHARD_SIZE },
    ...input,
    network: {
      width: 4,
      depth: DEPTH,
      negativeSlope: 0.1,
      weights: "gaussian",
      gain: 1,
      ...input.network,
    },
  });
}
