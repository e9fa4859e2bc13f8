import type { ComputedShard } from "../pool/computedShard.ts";
import type { HeldLease } from "./heldLease.ts";

/** Is told of a worker's shards, to count them. */
export interface ShardObserver {
  granted(lease: HeldLease): void;
  /** The shard goes to a slot of its device. */
  begun(lease: HeldLease): void;
  /** The device has computed a shard whose lease is still held. */
  computed(computed: ComputedShard): void;
  failed(): void;
  /** The coordinator took back `count` shards that had no result yet. */
  revoked(count: number): void;
  /** The slot is free again, whatever came of its shard. */
  ended(): void;
}

/** Counts nothing. */
export const UNOBSERVED: ShardObserver = {
  granted: () => undefined,
  begun: () => undefined,
  computed: () => undefined,
  failed: () => undefined,
  revoked: () => undefined,
  ended: () => undefined,
};
