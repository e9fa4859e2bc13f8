import { createHash } from "node:crypto";

import type { CheckpointSums, ShardPartial } from "../statistics/replicaSums.ts";
import type { Partial, Partial__Output } from "./generated/lyapunov/v1/Partial.ts";
import { PartialMessageType } from "./protocol.ts";

export function partialToMessage(partial: ShardPartial): Partial {
  return {
    backend: partial.backend,
    generator: partial.generator,
    firstReplica: partial.firstReplica,
    replicaCount: partial.replicaCount,
    observables: [...partial.observables],
    checkpoints: partial.checkpoints.map((sums) => ({
      depth: sums.depth,
      survivorCount: sums.survivorCount,
      extinctCount: sums.extinctCount,
      moments: [...sums.moments],
      coMoments: [...sums.coMoments],
      quantileSketch: {
        binWidth: sums.quantileSketch.binWidth,
        binIndexes: [...sums.quantileSketch.binIndexes],
        binCounts: [...sums.quantileSketch.binCounts],
      },
    })),
  };
}

/** Reads a partial as it was sent; whether it is plausible is asked by `partialProblem`. */
export function partialFromMessage(message: Partial__Output): ShardPartial {
  return {
    backend: message.backend,
    generator: message.generator,
    firstReplica: Number(message.firstReplica),
    replicaCount: Number(message.replicaCount),
    observables: message.observables,
    checkpoints: message.checkpoints.map((sums): CheckpointSums => {
      const sketch = sums.quantileSketch;
      return {
        depth: sums.depth,
        survivorCount: Number(sums.survivorCount),
        extinctCount: Number(sums.extinctCount),
        moments: sums.moments,
        coMoments: sums.coMoments,
        quantileSketch: {
          binWidth: sketch?.binWidth ?? 0,
          binIndexes: sketch?.binIndexes.map(Number) ?? [],
          binCounts: sketch?.binCounts.map(Number) ?? [],
        },
      };
    }),
  };
}

/** A partial is serialized for its digest and again for the ledger: the bytes live as long as it does. */
const serialized = new WeakMap<ShardPartial, Buffer>();

/** The bytes of a message `lyapunov.v1.Partial`; equal partials have equal bytes. */
export function serializePartial(partial: ShardPartial): Buffer {
  const known = serialized.get(partial);
  if (known !== undefined) return known;
  const bytes = PartialMessageType.serialize(partialToMessage(partial));
  serialized.set(partial, bytes);
  return bytes;
}

/** Of a partial's bits: two partials have equal digests exactly if they are equal. */
export function partialDigest(partial: ShardPartial): string {
  return createHash("sha256").update(serializePartial(partial)).digest("base64");
}
