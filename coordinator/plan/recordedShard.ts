import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";

/** A recorded shard's digest, for comparison with later answers. */
export interface ShardDigest {
  readonly shardIndex: number;
  /** Digest of the partial's bits; equal bits have equal digests. */
  readonly digest: string;
}

/** A recorded shard, as the ledger keeps it. */
export interface RecordedShard extends ShardDigest {
  readonly partial: ShardPartial;
}
