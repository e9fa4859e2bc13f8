/**
 * A worker one of whose threads dies in the middle of a shard, once. Arguments: HOST:PORT of the
 * coordinator, a file that is not there and will be when the thread has died.
 */
import { Piscina } from "piscina";

import { createLog } from "../../../client/log.ts";
import type { ShardTask } from "../../../shared/network/shardTask.ts";
import type { ComputedShard } from "../../../worker/thread.ts";
import { startWorker } from "../../../worker/worker.ts";

const [coordinator = "", grave = ""] = process.argv.slice(2);
const piscina = new Piscina<ShardTask, ComputedShard>({
  filename: new URL("dyingThread.ts", import.meta.url).href,
  workerData: grave,
  minThreads: 2,
  maxThreads: 2,
});

const pool = {
  slotCount: 2,
  compute: async (task: ShardTask) => piscina.run(task),
  close: () => piscina.destroy(),
};

const worker = await startWorker({ coordinator, log: createLog("info"), pool });
await worker.left;
