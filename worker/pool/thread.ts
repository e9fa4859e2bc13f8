import type { ShardTask__Output } from "../../shared/wire/generated/lyapunov/v1/ShardTask.ts";
import type { ComputedShard } from "./computedShard.ts";
import { computeTask } from "./computeTask.ts";
import { COMPUTERS } from "./computers.ts";
import type { ShardComputers } from "./shardComputer.ts";

/** The input of a thread. */
export interface ThreadTask {
  readonly task: ShardTask__Output;
  /** One cell, which the thread counts up as it gets on. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

/** Makes the task of a piscina thread that can compute these kinds of shard. */
export function threadTask(
  computers: ShardComputers,
): (threadTask: ThreadTask) => Promise<ComputedShard> {
  return ({ task, progress }) =>
    computeTask(computers, task, () => {
      Atomics.add(progress, 0, 1);
    });
}

/** The task of this package's own threads. */
export default threadTask(COMPUTERS);
