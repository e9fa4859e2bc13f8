import type { HeldLease } from "./leaseBook.ts";

/** Hears of the shards of a worker, to count them. */
export interface ShardObserver {
  granted(lease: HeldLease): void;
  /** The shard goes to a thread. */
  begun(lease: HeldLease): void;
  /** … which has propagated it, and somebody wants it. */
  computed(lease: HeldLease, computeSeconds: number): void;
  failed(): void;
  /** The coordinator wants so many shards back that had no result yet. */
  revoked(count: number): void;
  /** A thread is free again, however it went. */
  ended(): void;
}

/** Nobody counts. */
export const UNOBSERVED: ShardObserver = {
  granted: () => undefined,
  begun: () => undefined,
  computed: () => undefined,
  failed: () => undefined,
  revoked: () => undefined,
  ended: () => undefined,
};
