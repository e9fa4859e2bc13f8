import compute, { type ThreadTask } from "../../../worker/pool/thread.ts";

/** Does what worker/pool/thread.ts does, but each shard takes four more seconds, in small steps. */
export default async function computeSlowly(shard: ThreadTask) {
  const computed = await compute(shard);
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let step = 0; step < 40; step++) {
    Atomics.wait(never, 0, 0, 100);
    Atomics.add(shard.progress, 0, 1);
  }
  return computed;
}
