import { extname } from "node:path";

import { Piscina } from "piscina";

import type { ComputedShard } from "./computedShard.ts";
import type { ShardPool } from "./shardPool.ts";
import type { ThreadTask } from "./thread.ts";
import { DEFAULT_PATIENCE_SECONDS, ShardStartError, ShardWatch } from "./shardWatch.ts";

export interface ThreadPoolOptions {
  /** How long a thread may show no progress, such as a layer, before it is ended. */
  readonly patienceSeconds?: number | undefined;
  /** MiB of each thread's heap; the numbers that kernels work on are outside of it. */
  readonly heapLimit?: number;
  /** Called whenever a thread has ended; another takes its place, unless the pool was closed. */
  readonly onThreadEnd?: () => void;
  /** URL of the threads' module, which makes its default export with threadTask(). */
  readonly module?: string;
}

/**
 * The largest shards take less than 16 MiB. Beyond the limit V8 keeps 16 more to end the thread in;
 * where a single object needs more than that, it ends the process, whose leases are granted again.
 */
const HEAP_LIMIT = 512;

/** A pool of `slotCount` threads, one shard each at a time. A thread that dies is replaced. */
export function createThreadPool(slotCount: number, options: ThreadPoolOptions = {}): ShardPool {
  const {
    patienceSeconds = DEFAULT_PATIENCE_SECONDS,
    heapLimit = HEAP_LIMIT,
    onThreadEnd,
    // Run from source it is thread.ts, from dist/ thread.js.
    module: filename = new URL(`./thread${extname(import.meta.filename)}`, import.meta.url).href,
  } = options;
  const piscina = new Piscina<ThreadTask, ComputedShard>({
    // Threads start with the first shards: a worker that is dismissed at once has none to end while
    // they load, which can bring the process down (an assertion of Node's module loader).
    minThreads: 0,
    maxThreads: slotCount,
    idleTimeout: Infinity,
    resourceLimits: { maxOldGenerationSizeMb: heapLimit },
  });
  const watch = new ShardWatch("thread", patienceSeconds);
  // If a thread ends before it has a shard, piscina does not tell those who wait for one; if it was
  // the last thread, they would wait for ever.
  let trouble = new Error("it ended while it started");
  piscina.on("error", (error: Error) => {
    trouble = error;
  });
  piscina.on("workerDestroy", () => {
    onThreadEnd?.();
    queueMicrotask(() => {
      if (piscina.threads.length === 0) watch.abortWaiting(trouble);
    });
  });
  return {
    slotCount,
    compute: async (task, signal) => {
      const watched = watch.begin();
      const { progress } = watched;
      const signals = signal === undefined ? [watched.signal] : [watched.signal, signal];
      try {
        return await piscina.run(
          { task, progress },
          // Loaded with the shard, not with the thread: a failure to load rejects this promise.
          { filename, signal: AbortSignal.any(signals) },
        );
      } catch (error) {
        if (signal?.aborted === true) throw error;
        watched.signal.throwIfAborted();
        throw watched.hasBegun ? reasonOf(error, heapLimit) : new ShardStartError("thread", error);
      } finally {
        watched.done();
      }
    },
    close: () => piscina.destroy(),
  };
}

/** Says in a sentence why a shard failed where piscina and Node have only a code. */
function reasonOf(error: unknown, heapLimit: number): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (code === "ERR_WORKER_OUT_OF_MEMORY") {
    return new Error(`its thread needed more memory than the ${heapLimit} MiB that it may have`, {
      cause: error,
    });
  }
  const [, exitCode] = /^worker exited with code: (\d+)$/.exec(message ?? "") ?? [];
  if (exitCode === undefined) return error;
  return new Error(`its thread died with exit code ${exitCode}`, { cause: error });
}
