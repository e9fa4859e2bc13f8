import type { QuantileSketch } from "../statistics/quantileSketch.ts";
import type { CheckpointSums, ShardPartial } from "../statistics/replicaSums.ts";
import type { Partial } from "./generated/lyapunov/v1/Partial.ts";
import { messageType, decodeWithNumbers } from "./messageTypes.ts";

const PARTIAL = messageType("lyapunov.v1.Partial");

/** What was not sent is no property of a decoded message, but has its default. */
type Decoded = Omit<ShardPartial, "checkpoints"> & {
  readonly checkpoints: readonly DecodedCheckpoint[];
};
type DecodedCheckpoint = Omit<CheckpointSums, "quantileSketch"> & {
  readonly quantileSketch: QuantileSketch | null;
};

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

/** A partial as it was sent; whether it is plausible is asked by `partialProblem`. */
function partialOf(message: Decoded): ShardPartial {
  const { backend, generator, firstReplica, replicaCount, observables, checkpoints } = message;
  return {
    backend,
    generator,
    firstReplica,
    replicaCount,
    observables,
    checkpoints: checkpoints.map((sums): CheckpointSums => {
      const { depth, survivorCount, extinctCount, moments, coMoments, quantileSketch } = sums;
      return {
        depth,
        survivorCount,
        extinctCount,
        moments: moments.map(({ mean, m2, m3, m4 }) => ({ mean, m2, m3, m4 })),
        coMoments,
        quantileSketch: {
          binWidth: quantileSketch?.binWidth ?? 0,
          binIndexes: quantileSketch?.binIndexes ?? [],
          binCounts: quantileSketch?.binCounts ?? [],
        },
      };
    }),
  };
}

/** The bytes that partials were read from or written to, for as long as these live. */
const serialized = new WeakMap<ShardPartial, Uint8Array>();

/** @throws Error if the bytes are no message `lyapunov.v1.Partial` */
export function deserializePartial(bytes: Uint8Array): ShardPartial {
  const partial = partialOf(decodeWithNumbers(PARTIAL, bytes) as Decoded);
  serialized.set(partial, bytes);
  return partial;
}

/** The bytes of a message `lyapunov.v1.Partial`: as it came, if it came as one. */
export function serializePartial(partial: ShardPartial): Uint8Array {
  const known = serialized.get(partial);
  if (known !== undefined) return known;
  // Its fields are named as the message's, and every one is there to be written.
  const bytes = PARTIAL.encode(partial).finish();
  serialized.set(partial, bytes);
  return bytes;
}
