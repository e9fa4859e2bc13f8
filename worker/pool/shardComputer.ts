import type { Propagation } from "../../shared/shard/propagation.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import type { ShardTask__Output } from "../../shared/wire/generated/lyapunov/v1/ShardTask.ts";

/** Computes the shards of one kind of run, inside a thread. */
export interface ShardComputer {
  /**
   * Loads what the task is computed with. This time does not count as computing, and a failure is
   * put down to the machine and not to the shard.
   */
  prepare?(task: ShardTask__Output): Promise<void>;
  /**
   * Computes the task as it came off the wire. Threads give one task after another; processes give
   * as many at a time as their backend has slots.
   *
   * @param advanced must be called often: a thread or process that is silent is taken to hang. What
   *   it throws ends the task.
   */
  compute(
    task: ShardTask__Output,
    advanced: () => void,
  ): Promise<{ readonly partial: ShardPartial; readonly propagated: Propagation }>;
}

/**
 * Computers by the kind of their tasks as the wire has it: its name, or its number if the contract
 * has no name for it.
 */
export type ShardComputers = ReadonlyMap<string | number, ShardComputer>;
