/**
 * A worker whose threads die now and then; it says so on standard output. Arguments: HOST:PORT of
 * the coordinator, or several separated by commas.
 */
import { createLog } from "../../../client/cli/log.ts";
import { processor } from "../../../worker/devices/processor.ts";
import type { ShardPool } from "../../../worker/pool/shardPool.ts";
import { createThreadPool } from "../../../worker/pool/threadPool.ts";
import { startWorker } from "../../../worker/worker.ts";

const [coordinator = ""] = process.argv.slice(2);
const threads = createThreadPool(2, { module: new URL("mortalThread.ts", import.meta.url).href });

const pool: ShardPool = {
  ...threads,
  compute: async (task, signal) => {
    try {
      return await threads.compute(task, signal);
    } catch (error) {
      if (signal?.aborted !== true) process.stdout.write("a thread died\n");
      throw error;
    }
  },
};

const log = createLog("warn");
const devices = [await processor(log, () => pool)];
const worker = await startWorker({ coordinator, log, devices });
await worker.left;
