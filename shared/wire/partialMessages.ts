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

/** Of a partial's bits: two partials have equal digests exactly if they are equal. */
export function partialDigest(partial: ShardPartial): string {
  const bytes = PartialMessageType.serialize(partialToMessage(partial));
  return createHash("sha256").update(bytes).digest("base64");
}
