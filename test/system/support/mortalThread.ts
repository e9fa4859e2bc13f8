import type { ShardTask } from "../../../shared/network/shardTask.ts";
import compute from "../../../worker/thread.ts";

const MORTALITY = 0.01;

/** Like worker/thread.ts, but now and then a thread dies in the middle of a shard. */
export default async function computeOrDie(task: ShardTask) {
  const computed = await compute(task);
  if (Math.random() < MORTALITY) process.exit(1);
  return computed;
}
