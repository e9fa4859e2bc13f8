/**
 * A worker whose shards finish in random order: real threads propagate them, and each result is
 * held back for a random while, up to 16 at a time. It says on standard output which shard
 * finished when, by the run's seed and the first replica. Arguments: HOST:PORT of the coordinator,
 * seed of the delays, and another HOST:PORT to reach the coordinator by.
 */
import { setTimeout as delay } from "node:timers/promises";

import { createLog } from "../../../client/log.ts";
import { createThreadPool, type ShardPool } from "../../../worker/threadPool.ts";
import { startWorker } from "../../../worker/worker.ts";
import { Random } from "../../support/random.ts";

const LONGEST_DELAY_MILLISECONDS = 600;

const [address = "", seed = "0", coordinator = address] = process.argv.slice(2);
const random = new Random(Number(seed));
const threads = createThreadPool(2);

const pool: ShardPool = {
  slotCount: 16,
  compute: async (task) => {
    const wait = random.between(0, LONGEST_DELAY_MILLISECONDS);
    const computed = await threads.compute(task);
    await delay(wait);
    process.stdout.write(`finished ${task.seed} ${task.firstReplica}\n`);
    return computed;
  },
  close: () => threads.close(),
};

const worker = await startWorker({ coordinator, log: createLog("info"), pool });
await worker.left;
