import type { RunShard } from "../../shared/kinds/kind.ts";
import type { PropagationSpecification } from "../../shared/kinds/propagation/specification.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";

type Shard = RunShard<PropagationSpecification>;

/** What propagates, and for how long it may. */
export interface RateOptions {
  /** Propagates a shard in a free thread. */
  readonly compute: (shard: Shard) => Promise<{ readonly partial: ShardPartial }>;
  readonly threads: number;
  /** The first shard of a run as the coordinator would plan it. */
  readonly firstShard: (specification: PropagationSpecification) => Shard;
  /** Seconds that the measurement takes, about as many go into finding what to measure. */
  readonly seconds: number;
  /** In seconds. */
  readonly clock: () => number;
}

export interface MachineRate {
  /** Of all threads together. */
  readonly replicaLayersPerSecond: number;
  /** σ² a layer of the replicas that were propagated; undefined if too few survived. */
  readonly measuredVariance: number | undefined;
}

/** The kernels fill their lanes with no fewer. */
const FIRST_REPLICAS = 64;
/** An isotropic layer costs so little that a shard's start would be all that is measured. */
const FIRST_ISOTROPIC_DEPTH = 1000;

/** How fast the machine propagates shards of a run, or what of them fits into the time. */
export async function measureRate(
  specification: PropagationSpecification,
  options: RateOptions,
): Promise<MachineRate> {
  const { compute, threads, firstShard, seconds, clock } = options;
  const shard = firstShard(specification);
  let depth =
    specification.sampling === "isotropic"
      ? Math.min(FIRST_ISOTROPIC_DEPTH, specification.network.depth)
      : 1;
  let replicaCount = Math.min(FIRST_REPLICAS, shard.replicaCount);
  let firstReplica = 0;
  let squares = 0;
  let freedom = 0;

  const sample = async () => {
    const checkpointDepths = [
      ...specification.checkpointDepths.filter((place) => place < depth),
      depth,
    ];
    const network = { ...specification.network, depth };
    const task = firstShard({ ...specification, network, checkpointDepths, burnIn: 0 });
    const first = firstReplica;
    firstReplica += replicaCount;
    const { partial } = await compute({ ...task, firstReplica: first, replicaCount });
    const sums = partial.checkpoints.at(-1);
    squares += (sums?.moments[0]?.m2 ?? 0) / depth;
    freedom += Math.max(0, (sums?.survivorCount ?? 0) - 1);
  };

  const everywhere = () => Promise.all(Array.from({ length: threads }, sample));
  // Threads start and load their kernels; then the task grows until it takes half of the time.
  await everywhere();
  for (;;) {
    const start = clock();
    await everywhere();
    if (clock() - start >= seconds / 2) break;
    if (depth < specification.network.depth) {
      depth = Math.min(2 * depth, specification.network.depth);
    } else if (replicaCount < shard.replicaCount) {
      replicaCount = Math.min(2 * replicaCount, shard.replicaCount);
    } else break;
  }

  [squares, freedom] = [0, 0];
  const rateOfThread = async () => {
    const start = clock();
    let replicaLayers = 0;
    do {
      await sample();
      replicaLayers += replicaCount * depth;
    } while (clock() - start < seconds);
    return replicaLayers / (clock() - start);
  };
  const rates = await Promise.all(Array.from({ length: threads }, rateOfThread));
  return {
    replicaLayersPerSecond: rates.reduce((sum, rate) => sum + rate, 0),
    measuredVariance: freedom > 0 ? squares / freedom : undefined,
  };
}
