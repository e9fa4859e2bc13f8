import type { RunShard, RunSpecification } from "../../shared/kinds/kind.ts";
import { replicaLimit } from "../../shared/specification/stoppingRule.ts";

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
 * How a run's replicas are cut into shards: a function of its specification only, never of the
 * fleet. The size does not depend on the stopping rule, so that an extended run keeps its shards;
 * only the very last one may be shorter.
 */
export class ShardPlan<Specification extends RunSpecification = RunSpecification> {
  readonly specification: Specification;
  /** Replicas of every shard but perhaps the last. */
  readonly shardSize: number;
  /** Shards that the stopping rule can come to ask for. */
  readonly shardCount: number;
  readonly #replicaLimit: number;
  readonly #replicaWork: number;

  constructor(specification: Specification) {
    this.specification = specification;
    this.shardSize = specification.kind.shardSize(specification);
    this.#replicaWork = specification.kind.replicaWork(specification);
    this.#replicaLimit = replicaLimit(specification.stoppingRule);
    this.shardCount = Math.ceil(this.#replicaLimit / this.shardSize);
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

  /** What a worker is asked to compute for a shard. */
  task(index: number): RunShard<Specification> {
    const { firstReplica, replicaCount } = this.shard(index);
    return { specification: this.specification, firstReplica, replicaCount };
  }

  /** Work of a shard in units of its kind; for sizing leases and for sharing the fleet, never for identity. */
  work(index: number): number {
    return this.shard(index).replicaCount * this.#replicaWork;
  }
}
