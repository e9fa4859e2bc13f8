import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import type { WorkRequest__Output } from "../../shared/wire/generated/lyapunov/v1/WorkRequest.ts";
import { numericDecoder } from "../../shared/wire/messageTypes.ts";
import { deserializePartial } from "../../shared/wire/partialMessages.ts";
import { FleetService } from "../../shared/wire/protocol.ts";

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
