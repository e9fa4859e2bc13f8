import { performance } from "node:perf_hooks";

import type { ShardTask__Output } from "../../shared/wire/generated/lyapunov/v1/ShardTask.ts";
import type { ComputedShard } from "./computedShard.ts";
import type { ShardComputers } from "./shardComputer.ts";

/**
 * Computes a task with the computer of its kind.
 *
 * @param advanced is called first once everything is loaded: whatever fails from there on is put
 *   down to the shard
 */
export async function computeTask(
  computers: ShardComputers,
  task: ShardTask__Output,
  advanced: () => void,
): Promise<ComputedShard> {
  const computer = computers.get(task.kind);
  await computer?.prepare?.(task);
  advanced();
  if (computer === undefined) {
    throw new Error(
      `this worker cannot compute shards of the kind ${task.kind}; ` +
        `install the coordinator's version`,
    );
  }
  const start = performance.now();
  const { partial, propagated } = await computer.compute(task, advanced);
  return { partial, propagated, computeSeconds: (performance.now() - start) / 1000 };
}
