import { isIsotropicNetwork } from "../../shared/network/network.ts";
import type { ShardTask } from "../../shared/shard/shardTask.ts";
import type { RunSpecification } from "../../shared/specification/specification.ts";
import type { WeightLaw } from "../../shared/network/weights.ts";
import { replicaLimit } from "../../shared/specification/stoppingRule.ts";
import { exactExponents } from "../../shared/theory/exact.ts";

/** Work of about half a second for a thread, in weights drawn and consumed by `simd`. */
const SHARD_WORK = 4e8;
const MAXIMUM_SHARD_SIZE = 65_536;
/** The kernels propagate two groups of four replicas at a time. */
const MINIMUM_SHARD_SIZE = 8;
const BINS_PER_STANDARD_DEVIATION = 8;

/** Cost of drawing and consuming a weight of each law beside a Gaussian one: measured, rounded. */
const WEIGHT_COSTS: Readonly<Record<WeightLaw, number>> = {
  gaussian: 1,
  orthogonal: 1,
  uniform: 0.4,
  rademacher: 0.15,
  truncated_normal: 4,
  student_t: 15,
  sparse_gaussian: 1.3,
};

/** A fixed, contiguous range of replicas: the unit of leasing, of the ledger and of determinism. */
export interface Shard {
  readonly index: number;
  readonly firstReplica: number;
  readonly replicaCount: number;
}

/** A shard's partial, by its place in a plan. */
interface RecordedPartial {
  readonly shardIndex: number;
  readonly partial: { readonly firstReplica: number; readonly replicaCount: number };
}

/**
 * How a run's replicas are cut into shards: a function of its specification alone, never of the
 * fleet. The size does not depend on the stopping rule, so that an extended run keeps its shards;
 * only the very last one may be shorter.
 */
export class ShardPlan {
  readonly specification: RunSpecification;
  /** Replicas of every shard but perhaps the last. */
  readonly shardSize: number;
  /** Shards that the stopping rule can come to ask for. */
  readonly shardCount: number;
  readonly #replicaLimit: number;
  readonly #sketchBinWidths: readonly number[];

  constructor(specification: RunSpecification) {
    this.specification = specification;
    this.shardSize = shardSize(specification);
    this.#replicaLimit = replicaLimit(specification.stoppingRule);
    this.shardCount = Math.ceil(this.#replicaLimit / this.shardSize);
    this.#sketchBinWidths = sketchBinWidths(specification);
  }

  shard(index: number): Shard {
    const firstReplica = index * this.shardSize;
    const replicaCount = Math.min(this.shardSize, this.#replicaLimit - firstReplica);
    return { index, firstReplica, replicaCount };
  }

  /** Replicas of shards that follow one another. */
  replicasIn({ first, end }: { readonly first: number; readonly end: number }): number {
    return Math.min(end * this.shardSize, this.#replicaLimit) - first * this.shardSize;
  }

  /** Whether a recorded partial is of a shard of this plan. */
  holds({ shardIndex, partial }: RecordedPartial): boolean {
    if (shardIndex < 0 || shardIndex >= this.shardCount) return false;
    const { firstReplica, replicaCount } = this.shard(shardIndex);
    return partial.firstReplica === firstReplica && partial.replicaCount === replicaCount;
  }

  task(index: number): ShardTask {
    const { network, sampling, backend, seed, checkpointDepths, burnIn } = this.specification;
    const { firstReplica, replicaCount } = this.shard(index);
    return {
      network,
      sampling,
      backend,
      seed,
      checkpointDepths,
      burnIn,
      sketchBinWidths: this.#sketchBinWidths,
      firstReplica,
      replicaCount,
    };
  }

  /** Work of a shard, in weights; for sizing leases and for sharing the fleet, never for identity. */
  work(index: number): number {
    return this.shard(index).replicaCount * replicaWork(this.specification);
  }
}

function shardSize(specification: RunSpecification): number {
  const replicas = SHARD_WORK / replicaWork(specification);
  const power = 2 ** Math.floor(Math.log2(replicas));
  return Math.min(MAXIMUM_SHARD_SIZE, Math.max(MINIMUM_SHARD_SIZE, power));
}

/** Cost of one replica in Gaussian weights of the simd backend: measured in bench/, rounded. */
function replicaWork({ network, sampling, backend }: RunSpecification): number {
  const { width, depth, weights } = network;
  if (sampling === "isotropic") return depth * (backend === "reference" ? 640 : 40);
  const layer = WEIGHT_COSTS[weights] * width * width + 2 * width + 10;
  return depth * layer * (backend === "reference" ? 40 : 1);
}

/**
 * Bins of an eighth of the growth's standard deviation at each checkpoint, by the exact σ² of the
 * network (of its survivors where replicas go extinct), or of one with Gaussian weights where there
 * is no closed form: σ² depends on the law of the entries in the order 1/width² alone.
 */
function sketchBinWidths({ network, checkpointDepths, burnIn }: RunSpecification): number[] {
  const exact = exactExponents(
    isIsotropicNetwork(network) ? network : { ...network, weights: "gaussian" },
  );
  const variance = exact.variance ?? exact.survivors?.variance ?? 0;
  // A linear orthogonal network does not fluctuate at all; its bins only need to be small.
  const deviation = Math.max(Math.sqrt(variance), 1e-6);
  return checkpointDepths.map(
    (depth) => (deviation * Math.sqrt(depth - burnIn)) / BINS_PER_STANDARD_DEVIATION,
  );
}
