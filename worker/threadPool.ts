import { extname } from "node:path";

import { Piscina } from "piscina";

import type { ShardTask } from "../shared/network/shardTask.ts";
import type { ComputedShard } from "./thread.ts";

/** Propagates shards, several at a time. */
export interface ShardPool {
  readonly slotCount: number;
  /** Rejects as soon as `signal` aborts; the thread is ended with what it was doing. */
  compute(task: ShardTask, signal?: AbortSignal): Promise<ComputedShard>;
  /** Ends the threads at once, whatever they are doing. */
  close(): Promise<void>;
}

/** A pool of `slotCount` threads, one shard each at a time. */
export function createThreadPool(slotCount: number): ShardPool {
  // Run from source it is thread.ts, from dist/ thread.js.
  const filename = new URL(`./thread${extname(import.meta.filename)}`, import.meta.url).href;
  const piscina = new Piscina<ShardTask, ComputedShard>({
    filename,
    // Threads start with the first shards: a worker that is dismissed at once has none to end while
    // they load, which can bring the process down (an assertion of Node's module loader).
    minThreads: 0,
    maxThreads: slotCount,
    idleTimeout: Infinity,
  });
  return {
    slotCount,
    compute: (task, signal) => piscina.run(task, { ...(signal && { signal }) }),
    close: () => piscina.destroy(),
  };
}
