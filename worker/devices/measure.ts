import { receivedTask } from "../../shared/kinds/receivedTask.ts";
import { parsePropagation } from "../../shared/kinds/propagation/propagation.ts";
import type { BackendName } from "../../shared/specification/backends.ts";
import type { ShardPool } from "../pool/shardPool.ts";

/** Units per layer of the networks by which devices are compared. */
const WIDTH = 64;
/** Layers: few, so that even a slow device is done with a shard soon. */
const DEPTH = 16;
/** More replicas than this in one shard would tell nothing new. */
const MOST_REPLICAS = 2 ** 20;
/** A shard should take this share of the time, so that shards' beginnings do not matter. */
const SHARE = 1 / 8;

export interface Measurement {
  /** How long the device is measured; getting there takes about as long again. */
  readonly seconds: number;
  /** Seconds of a clock that does not jump. */
  readonly clock: () => number;
}

/**
 * Weights per second that a device draws with all slots busy: those of Gaussian networks, whose
 * whole matrices are drawn.
 *
 * @throws Error saying why, if the device cannot compute them
 */
export async function measureWeights(
  pool: ShardPool,
  backend: BackendName,
  { seconds, clock }: Measurement,
): Promise<number> {
  const specification = parsePropagation({
    network: { width: WIDTH, depth: DEPTH, negativeSlope: 0.01, weights: "gaussian", gain: "he" },
    sampling: "dense",
    backend,
    checkpointDepths: [DEPTH],
    stoppingRule: { replicaCount: MOST_REPLICAS },
  });
  let replicaCount = 1;
  let firstReplica = 0;
  const shard = async () => {
    const task = receivedTask({ specification, firstReplica, replicaCount });
    firstReplica += replicaCount;
    await pool.compute(task);
  };
  const everywhere = () => Promise.all(Array.from({ length: pool.slotCount }, shard));
  // Threads start and kernels are compiled; then the shards grow until they take long enough.
  await everywhere();
  for (;;) {
    const start = clock();
    await everywhere();
    const taken = clock() - start;
    if (taken >= seconds) return weights(pool.slotCount * replicaCount) / taken;
    if (taken >= seconds * SHARE || replicaCount >= MOST_REPLICAS) break;
    replicaCount *= taken < (seconds * SHARE) / 8 ? 8 : 2;
  }
  const start = clock();
  let replicas = 0;
  const untilTheEnd = async () => {
    do {
      await shard();
      replicas += replicaCount;
    } while (clock() - start < seconds);
  };
  await Promise.all(Array.from({ length: pool.slotCount }, untilTheEnd));
  return weights(replicas) / (clock() - start);
}

function weights(replicaCount: number): number {
  return replicaCount * DEPTH * WIDTH ** 2;
}
