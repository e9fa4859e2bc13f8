import { performance } from "node:perf_hooks";

import type { ShardTask__Output } from "../../shared/wire/generated/lyapunov/v1/ShardTask.ts";
import type { ComputedShard } from "./computedShard.ts";
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
  return async ({ task, progress }) => {
    const advanced = () => {
      Atomics.add(progress, 0, 1);
    };
    const computer = computers.get(task.kind);
    await computer?.prepare?.(task);
    // Whatever fails from here on is put down to the shard.
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
  };
}

/** The task of this package's own threads. */
export default threadTask(COMPUTERS);
