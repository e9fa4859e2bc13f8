import type { RunShard } from "../../shared/kinds/kind.ts";
import type { PropagationSpecification } from "../../shared/kinds/propagation/specification.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";

type Shard = RunShard<PropagationSpecification>;

/** Means and limits of a measurement of the machine. */
export interface RateOptions {
  /** Propagates a shard in a free thread. */
  readonly compute: (shard: Shard) => Promise<{ readonly partial: ShardPartial }>;
  readonly threads: number;
  /** The first shard of a run as the coordinator would plan it. */
  readonly firstShard: (specification: PropagationSpecification) => Shard;
  /** Duration of the measurement; finding what to measure takes about as long. */
  readonly seconds: number;
  /** The time in seconds. */
  readonly clock: () => number;
}

/** A range in which a number is most of the time. */
export interface Range {
  readonly lower: number;
  readonly upper: number;
}

export interface MachineRate {
  /** Rate of all threads together. */
  readonly replicaLayersPerSecond: number;
  /** Rates between which four of five tasks were: a busy machine has a wide range. */
  readonly range: Range;
  /** σ² per layer of the propagated replicas; undefined if too few survived. */
  readonly measuredVariance: number | undefined;
  /** Standard error of that σ² as a share of it, by normal theory. */
  readonly varianceShare: number | undefined;
}

/** Replicas of the first measurement: fewer would not fill the lanes of the kernels. */
const FIRST_REPLICAS = 64;
/** Tasks that a thread is to get through in the time of the measurement, so that they can vary. */
const LEAST_TASKS = 4;
/** Tries of which the fastest counts: on a busy machine a tiny task can take long once. */
const TRIES = 3;
/** Shortest time that a clock tells apart, in seconds. */
const CLOCK_STEP = 1e-9;
/** Share of the tasks below and above the range. */
const TAIL = 0.1;
/**
 * First depth of isotropic runs: a layer costs so little that fewer would measure a shard's start.
 */
const FIRST_ISOTROPIC_DEPTH = 1000;

/**
 * Measures how fast the machine propagates shards of a run, or as much of one as fits into the
 * time.
 */
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
  const enough = seconds / LEAST_TASKS;
  const takesEnough = async () => {
    for (let i = 0; i < TRIES; i++) {
      const start = clock();
      await everywhere();
      if (clock() - start < enough) return false;
    }
    return true;
  };
  // Threads start and load their kernels; then the task grows until it takes its share of the time.
  await everywhere();
  while (!(await takesEnough())) {
    if (depth < specification.network.depth) {
      depth = Math.min(2 * depth, specification.network.depth);
    } else if (replicaCount < shard.replicaCount) {
      replicaCount = Math.min(2 * replicaCount, shard.replicaCount);
    } else break;
  }

  [squares, freedom] = [0, 0];
  const taskRates: number[] = [];
  const rateOfThread = async () => {
    const start = clock();
    let [before, now, replicaLayers] = [start, start, 0];
    do {
      await sample();
      now = clock();
      taskRates.push((replicaCount * depth) / Math.max(now - before, CLOCK_STEP));
      replicaLayers += replicaCount * depth;
      before = now;
    } while (now - start < seconds);
    return replicaLayers / (now - start);
  };
  const rates = await Promise.all(Array.from({ length: threads }, rateOfThread));
  const replicaLayersPerSecond = rates.reduce((sum, rate) => sum + rate, 0);
  const sorted = taskRates.toSorted((a, b) => a - b);
  const at = (share: number) => threads * (sorted[Math.round(share * (sorted.length - 1))] ?? 0);
  return {
    replicaLayersPerSecond,
    range: {
      lower: Math.min(replicaLayersPerSecond, at(TAIL)),
      upper: Math.max(replicaLayersPerSecond, at(1 - TAIL)),
    },
    measuredVariance: freedom > 0 ? squares / freedom : undefined,
    varianceShare: freedom > 0 ? Math.sqrt(2 / freedom) : undefined,
  };
}
