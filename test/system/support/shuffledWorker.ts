/**
 * A worker whose shards finish in random order. Real threads propagate them, and results are held
 * back: once a few wait, a random one is sent; once nothing is propagated, all are sent. The worker
 * prints which shard finished, by the run's seed and the first replica. Arguments:
 * HOST:PORT of the coordinator, seed of the order, and another HOST:PORT to reach the coordinator by.
 */
import { createLog } from "../../../client/cli/log.ts";
import { processor } from "../../../worker/devices/processor.ts";
import type { ShardPool } from "../../../worker/pool/shardPool.ts";
import { createThreadPool } from "../../../worker/pool/threadPool.ts";
import { startWorker } from "../../../worker/worker.ts";
import { Random } from "../../support/random.ts";

const HELD_RESULTS = 4;

const [address = "", seed = "0", coordinator = address] = process.argv.slice(2);
const random = new Random(Number(seed));
const threads = createThreadPool(2);

const held: (() => void)[] = [];
let propagated = 0;

const pool: ShardPool = {
  slotCount: 4 * HELD_RESULTS,
  compute: async (task) => {
    propagated++;
    const computed = await threads.compute(task).finally(() => {
      propagated--;
    });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    held.push(release);
    const kept = propagated === 0 ? 0 : HELD_RESULTS - 1;
    while (held.length > kept) held.splice(random.integer(held.length), 1)[0]?.();
    await released;
    process.stdout.write(`finished ${task.seed} ${task.firstReplica}\n`);
    return computed;
  },
  close: () => threads.close(),
};

const log = createLog("info");
const devices = [await processor(log, () => pool)];
const worker = await startWorker({ coordinator, log, devices });
await worker.left;
