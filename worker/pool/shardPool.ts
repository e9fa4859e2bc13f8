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
  /** Processes that were lost, with their device or for another reason; default: it has none. */
  readonly lossCount?: number;
  /** Processes that took another's place; default: it has none. */
  readonly restartCount?: number;
  /**
   * Computes one shard. Rejects as soon as `signal` aborts. A thread is ended then; a process drops
   * the shard after its present call, and goes on with the others.
   *
   * @throws PoolStartError if the pool cannot begin with any shard at all
   * @throws DeviceLostError if the device was lost, and the shard is not to blame
   * @throws Error saying in a sentence why this shard failed
   */
  compute(task: ShardTask__Output, signal?: AbortSignal): Promise<ComputedShard>;
  /** Ends the pool at once; a process has some seconds to return from its present calls. */
  close(): Promise<void>;
}

/** A pool cannot begin to work on any shard: the machine's fault, not the shard's. */
export class PoolStartError extends Error {
  override readonly name: string = "PoolStartError";
}
