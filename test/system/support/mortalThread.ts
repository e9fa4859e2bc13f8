import compute, { type ThreadTask } from "../../../worker/pool/thread.ts";

const MORTALITY = 0.01;

/** Does what worker/pool/thread.ts does, but now and then a thread dies in the middle of a shard. */
export default async function computeOrDie(shard: ThreadTask) {
  const computed = await compute(shard);
  if (Math.random() < MORTALITY) process.exit(1);
  return computed;
}
