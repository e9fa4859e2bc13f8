import type { QuantileSketch } from "../statistics/quantileSketch.ts";
import type { Champion } from "../statistics/champion.ts";
import type { CheckpointSums, ShardPartial } from "../statistics/replicaSums.ts";
import type { Partial } from "./generated/lyapunov/v1/Partial.ts";
import type { QuantileSketch as QuantileSketchMessage } from "./generated/lyapunov/v1/QuantileSketch.ts";
import { messageType, numericDecoder } from "./messageTypes.ts";

const PARTIAL = messageType("lyapunov.v1.Partial");
const decode = numericDecoder("lyapunov.v1.Partial");

/** A decoded partial; a field that was not sent has its default on the prototype. */
type Decoded = Required<Omit<ShardPartial, "checkpoints" | "champion">> & {
  readonly champion: Champion | null;
  readonly checkpoints: readonly DecodedCheckpoint[];
};
type DecodedCheckpoint = Omit<CheckpointSums, "quantileSketch" | "furtherSketches"> & {
  readonly quantileSketch: QuantileSketch | null;
  readonly furtherSketches: readonly QuantileSketch[];
};

export function partialToMessage(partial: ShardPartial): Partial {
  return {
    backend: partial.backend,
    generator: partial.generator,
    firstReplica: partial.firstReplica,
    replicaCount: partial.replicaCount,
    device: partial.device ?? "",
    driver: partial.driver ?? "",
    software: partial.software ?? false,
    recomputedReplicaCount: partial.recomputedReplicaCount ?? 0,
    observables: [...partial.observables],
    ...(partial.champion && {
      champion: { ...partial.champion, values: [...partial.champion.values] },
    }),
    checkpoints: partial.checkpoints.map((sums) => ({
      depth: sums.depth,
      survivorCount: sums.survivorCount,
      extinctCount: sums.extinctCount,
      moments: [...sums.moments],
      coMoments: [...sums.coMoments],
      quantileSketch: sketchToMessage(sums.quantileSketch),
      furtherSketches: (sums.furtherSketches ?? []).map(sketchToMessage),
    })),
  };
}

/** Converts a sketch to its message. */
export function sketchToMessage({
  binIndexes,
  binCounts,
  ...rest
}: QuantileSketch): QuantileSketchMessage {
  return { ...rest, binIndexes: [...binIndexes], binCounts: [...binCounts] };
}

/** Reads a partial as it was sent; `partialProblem` says whether it is plausible. */
function partialOf(message: Decoded): ShardPartial {
  const { backend, generator, firstReplica, replicaCount, observables, checkpoints } = message;
  const { device, driver, software, recomputedReplicaCount, champion } = message;
  return {
    ...(device !== "" && { device }),
    ...(driver !== "" && { driver }),
    ...(software && { software }),
    ...(recomputedReplicaCount !== 0 && { recomputedReplicaCount }),
    backend,
    generator,
    firstReplica,
    replicaCount,
    observables,
    ...(champion && { champion: { replica: champion.replica, values: champion.values } }),
    checkpoints: checkpoints.map((sums): CheckpointSums => {
      const { depth, survivorCount, extinctCount, moments, coMoments } = sums;
      return {
        depth,
        survivorCount,
        extinctCount,
        moments: moments.map(({ mean, m2, m3, m4 }) => ({ mean, m2, m3, m4 })),
        coMoments,
        quantileSketch: sketchOf(sums.quantileSketch),
        ...(sums.furtherSketches.length > 0 && {
          furtherSketches: sums.furtherSketches.map(sketchOf),
        }),
      };
    }),
  };
}

/** Reads a sketch as it was sent; extremes that were not sent are no fields of it. */
function sketchOf(message: QuantileSketch | null): QuantileSketch {
  const { binWidth = 0, binIndexes = [], binCounts = [], minimum, maximum } = message ?? {};
  return {
    binWidth,
    binIndexes,
    binCounts,
    ...(isNumber(minimum) && { minimum }),
    ...(isNumber(maximum) && { maximum }),
  };
}

/** Protobuf.js decodes an optional number that was not sent as null. */
function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

/** The bytes that partials were read from or written to, kept as long as the partials. */
const serialized = new WeakMap<ShardPartial, Uint8Array>();

/** @throws Error if the bytes are not a message `lyapunov.v1.Partial` */
export function deserializePartial(bytes: Uint8Array): ShardPartial {
  const partial = partialOf(decode(bytes) as Decoded);
  serialized.set(partial, bytes);
  return partial;
}

/** Encodes a message `lyapunov.v1.Partial`, or returns the bytes from which it was read. */
export function serializePartial(partial: ShardPartial): Uint8Array {
  const known = serialized.get(partial);
  if (known !== undefined) return known;
  // A partial has all of the message's fields, under the same names.
  const bytes = PARTIAL.encode(partial).finish();
  serialized.set(partial, bytes);
  return bytes;
}
