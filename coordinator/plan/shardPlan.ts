import type { RunShard, RunSpecification } from "../../shared/kinds/kind.ts";
import type { BackendName } from "../../shared/specification/backends.ts";
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
 * How a run's replicas are divided into shards. The plan depends only on the specification, never
 * on the fleet. The shard size does not depend on the stopping rule, so that an extended run keeps
 * its shards; only the last one may be shorter.
 */
export class ShardPlan<Specification extends RunSpecification = RunSpecification> {
  readonly specification: Specification;
  /** Replicas of every shard except perhaps the last. */
  readonly shardSize: number;
  /** Most shards that the stopping rule can ask for. */
  readonly shardCount: number;
  readonly #replicaLimit: number;
  readonly #replicaWork: number;
  readonly #onBackends = new Map<BackendName, Specification>();

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

  /** Number of replicas in consecutive shards. */
  replicasIn({ first, end }: { readonly first: number; readonly end: number }): number {
    return Math.min(end * this.shardSize, this.#replicaLimit) - first * this.shardSize;
  }

  /** True if a recorded partial has exactly the replicas of its shard in this plan. */
  holds({ shardIndex, partial }: RecordedPartial): boolean {
    if (shardIndex < 0 || shardIndex >= this.shardCount) return false;
    const { firstReplica, replicaCount } = this.shard(shardIndex);
    return partial.firstReplica === firstReplica && partial.replicaCount === replicaCount;
  }

  /**
   * What a worker is asked to compute for a shard.
   *
   * @param backend the backend to compute it with; default: that of the specification
   */
  task(index: number, backend?: BackendName): RunShard<Specification> {
    const { firstReplica, replicaCount } = this.shard(index);
    const specification = backend === undefined ? this.specification : this.on(backend);
    return { specification, firstReplica, replicaCount };
  }

  /** The specification with a backend in place of `any`; always the same object. */
  on(backend: BackendName): Specification {
    const known = this.#onBackends.get(backend);
    if (known !== undefined) return known;
    const { specification } = this;
    const named = specification.backend === backend ? specification : { ...specification, backend };
    this.#onBackends.set(backend, named);
    return named;
  }

  /** A shard's work in units of its kind; it sizes leases and shares the fleet, nothing more. */
  work(index: number): number {
    return this.shard(index).replicaCount * this.#replicaWork;
  }
}
