import protobuf from "protobufjs";

import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import type { WorkRequest__Output } from "../../shared/wire/generated/lyapunov/v1/WorkRequest.ts";
import { messageType, numericDecoder } from "../../shared/wire/messageTypes.ts";
import { deserializePartial } from "../../shared/wire/partialMessages.ts";
import { FleetService } from "../../shared/wire/protocol.ts";
import { shapeOf, type FieldShape, type MessageShape } from "./messageShapes.ts";

/** A worker's message, with a result's partial decoded. */
export type ReadWorkRequest = Omit<WorkRequest__Output, "result"> & {
  readonly result?: ReadShardResult | null;
};

/** A message `lyapunov.v1.ShardResult`. */
export interface ReadShardResult {
  readonly lease: number;
  readonly run: string;
  readonly shardIndex: number;
  /** The shard's partial; undefined if the message has none. */
  readonly partial: ShardPartial | undefined;
  readonly computeSeconds: number;
}

/**
 * Decodes a `lyapunov.v1.WorkRequest`, with a result's partial left as bytes. The ledger keeps these
 * bytes, so that nothing is serialized a second time.
 */
const decodeSealed = numericDecoder("lyapunov.v1.WorkRequest", ["result", "partial"]);

interface SealedRequest {
  readonly result: {
    readonly leaseId: number;
    readonly run: string;
    readonly shardIndex: number;
    readonly partial: Uint8Array;
    readonly computeSeconds: number;
  } | null;
}

/**
 * Reads a worker's message. A large fleet sends thousands of results a second, so these are read in
 * a more direct way than other messages.
 *
 * @throws Error if the bytes are not a message `lyapunov.v1.WorkRequest`
 */
export function readWorkRequest(bytes: Buffer): ReadWorkRequest {
  const { result } = decodeSealed(bytes) as SealedRequest;
  if (result === null) {
    return { ...FleetService.service.Work.requestDeserialize(bytes), result: null };
  }
  const { leaseId, run, shardIndex, partial, computeSeconds } = result;
  return {
    result: {
      lease: leaseId,
      run,
      shardIndex,
      partial: Object.hasOwn(result, "partial") ? deserializePartial(partial) : undefined,
      computeSeconds,
    },
  };
}

const WORK_REQUEST = shapeOf(messageType("lyapunov.v1.WorkRequest"));

/**
 * The lease that an unreadable message answers, well or ill; undefined if none can be made out. It
 * looks for that number only, and decodes nothing else.
 */
export function leaseAnswered(bytes: Uint8Array): number | undefined {
  const reader = protobuf.Reader.create(bytes);
  try {
    const answer = enter(reader, WORK_REQUEST, ["result", "failure"]);
    if (answer?.inner === undefined) return undefined;
    reader.uint32();
    return enter(reader, answer.inner(), ["lease_id"]) && Number(reader.uint64());
  } catch {
    // The bytes end before it, or are no message at all.
    return undefined;
  }
}

/** Goes to the content of the first field of one of these names; it begins with its length, if any. */
function enter(
  reader: protobuf.Reader,
  { fields }: MessageShape,
  names: readonly string[],
): FieldShape | undefined {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = fields.get(tag >>> 3);
    if (field !== undefined && names.includes(field.name)) return field;
    reader.skipType(tag & 7);
  }
  return undefined;
}
