import compute, { type ThreadTask } from "../../../worker/pool/thread.ts";

/** Seeds of runs whose second shard fails, by the way it fails. */
export const SEEDS = { hangs: 71, needsMemory: 72, dies: 73 } as const;

/** Does what worker/pool/thread.ts does, except for the second shard of some runs. */
export default async function computeOrFail(shard: ThreadTask) {
  const computed = await compute(shard);
  const { seed, firstReplica, replicaCount } = shard.task;
  if (firstReplica === replicaCount) {
    if (seed === String(SEEDS.hangs)) hang();
    if (seed === String(SEEDS.needsMemory)) needMemory();
    if (seed === String(SEEDS.dies)) process.exit(7);
  }
  return computed;
}

function hang(): void {
  const never = new Int32Array(1);
  while (Atomics.load(never, 0) === 0);
}

/**
 * Fills the heap in small pieces. Beyond the limit V8 has 16 MiB left for ending the thread, and ends
 * the process if a single piece does not fit in there.
 */
function needMemory(): void {
  let hoard: object = {};
  for (;;) hoard = { hoard };
}
