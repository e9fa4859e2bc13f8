/**
 * A worker on which one shard fails every time. Arguments: HOST:PORT of the coordinator, the seed
 * of the run and the first replica of its shard.
 */
import { createLog } from "../../../client/cli/log.ts";
import { processor } from "../../../worker/devices/processor.ts";
import type { ShardPool } from "../../../worker/pool/shardPool.ts";
import { createThreadPool } from "../../../worker/pool/threadPool.ts";
import { startWorker } from "../../../worker/worker.ts";

const [coordinator = "", seed = "", firstReplica = ""] = process.argv.slice(2);
const threads = createThreadPool(1);

const pool: ShardPool = {
  slotCount: 1,
  compute: async (task) => {
    if (task.seed === seed && task.firstReplica === firstReplica) {
      throw new Error("this shard is poison");
    }
    return threads.compute(task);
  },
  close: () => threads.close(),
};

const log = createLog("info");
const devices = [await processor(log, () => pool)];
const worker = await startWorker({ coordinator, log, devices });
await worker.left;
