/**
 * A worker whose threads die now and then; it says so on standard output. Arguments: HOST:PORT of
 * the coordinator, or several with commas.
 */
import { Piscina } from "piscina";

import { createLog } from "../../../client/log.ts";
import type { ShardTask } from "../../../shared/network/shardTask.ts";
import type { ComputedShard } from "../../../worker/thread.ts";
import { startWorker } from "../../../worker/worker.ts";

const [coordinator = ""] = process.argv.slice(2);
const piscina = new Piscina<ShardTask, ComputedShard>({
  filename: new URL("mortalThread.ts", import.meta.url).href,
  minThreads: 0,
  maxThreads: 2,
  idleTimeout: Infinity,
});

const pool = {
  slotCount: 2,
  compute: async (task: ShardTask, signal?: AbortSignal) => {
    try {
      return await piscina.run(task, { ...(signal && { signal }) });
    } catch (error) {
      if (signal?.aborted !== true) process.stdout.write("a thread died\n");
      throw error;
    }
  },
  close: () => piscina.destroy(),
};

const worker = await startWorker({ coordinator, log: createLog("warn"), pool });
await worker.left;
