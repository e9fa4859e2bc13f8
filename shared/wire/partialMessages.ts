import type { CheckpointSums, ShardPartial } from "../statistics/replicaSums.ts";
import type { Partial } from "./generated/lyapunov/v1/Partial.ts";
import { messageType, numberOf, type DecodedLong } from "./messageTypes.ts";

const PARTIAL = messageType("lyapunov.v1.Partial");

/** A message `lyapunov.v1.Partial` as protobufjs decodes it: what was not sent has its default. */
interface DecodedPartial {
  readonly backend: string;
  readonly generator: string;
  readonly firstReplica: DecodedLong;
  readonly replicaCount: DecodedLong;
  readonly observables: readonly string[];
  readonly checkpoints: readonly DecodedCheckpoint[];
}

interface DecodedCheckpoint extends Pick<CheckpointSums, "depth" | "moments" | "coMoments"> {
  readonly survivorCount: DecodedLong;
  readonly extinctCount: DecodedLong;
  readonly quantileSketch: {
    readonly binWidth: number;
    readonly binIndexes: readonly DecodedLong[];
    readonly binCounts: readonly DecodedLong[];
  } | null;
}

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
function partialOf(message: DecodedPartial): ShardPartial {
  return {
    backend: message.backend,
    generator: message.generator,
    firstReplica: numberOf(message.firstReplica),
    replicaCount: numberOf(message.replicaCount),
    observables: message.observables,
    checkpoints: message.checkpoints.map((sums): CheckpointSums => {
      const sketch = sums.quantileSketch;
      return {
        depth: sums.depth,
        survivorCount: numberOf(sums.survivorCount),
        extinctCount: numberOf(sums.extinctCount),
        // Copies: of a message's own objects what was not sent is no property.
        moments: sums.moments.map(({ mean, m2, m3, m4 }) => ({ mean, m2, m3, m4 })),
        coMoments: sums.coMoments,
        quantileSketch: {
          binWidth: sketch?.binWidth ?? 0,
          binIndexes: sketch?.binIndexes.map(numberOf) ?? [],
          binCounts: sketch?.binCounts.map(numberOf) ?? [],
        },
      };
    }),
  };
}

/** The bytes that partials were read from or written to, for as long as these live. */
const serialized = new WeakMap<ShardPartial, Uint8Array>();

/** @throws Error if the bytes are no message `lyapunov.v1.Partial` */
export function deserializePartial(bytes: Uint8Array): ShardPartial {
  const partial = partialOf(PARTIAL.decode(bytes) as unknown as DecodedPartial);
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
