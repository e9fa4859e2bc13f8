import type { ShardTask__Output } from "../../shared/wire/generated/lyapunov/v1/ShardTask.ts";
import type { ComputedShard } from "./computedShard.ts";

/**
 * Computes the shards of one device, several at a time, away from the main thread: in threads of
 * this process, or in a process of its own where a driver may bring that process down. A task goes
 * in as it came off the wire; the pool's caller knows nothing of what it asks for.
 */
export interface ShardPool {
  /** Shards that are computed at the same time. */
  readonly slotCount: number;
  /**
   * Computes one shard. Rejects as soon as `signal` aborts; the computation is ended.
   *
   * @throws PoolStartError if the pool cannot begin with any shard at all
   * @throws Error saying in a sentence why this shard failed
   */
  compute(task: ShardTask__Output, signal?: AbortSignal): Promise<ComputedShard>;
  /** Ends the pool at once, whatever it is doing. */
  close(): Promise<void>;
}

/** A pool cannot begin to work on any shard: the machine's fault, not the shard's. */
export class PoolStartError extends Error {
  override readonly name: string = "PoolStartError";
}
