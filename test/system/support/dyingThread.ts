import { existsSync, writeFileSync } from "node:fs";
import { workerData } from "piscina";

import type { ShardTask } from "../../../shared/network/shardTask.ts";
import compute from "../../../worker/thread.ts";

/** Like worker/thread.ts, but the thread that gets the second shard first dies of it. */
export default async function computeOrDie(task: ShardTask) {
  if (task.firstReplica === task.replicaCount && !existsSync(workerData as string)) {
    writeFileSync(workerData as string, "");
    process.exit(1);
  }
  return compute(task);
}
