import type { RunSpecification } from "../../shared/network/specification.ts";
import { estimateExponents, type ExponentEstimates } from "../../shared/statistics/estimate.ts";
import {
  mergeSums,
  type ReplicaSums,
  type ShardPartial,
} from "../../shared/statistics/replicaSums.ts";
import {
  isMet,
  predictedReplicaCount,
  type ReplicaCounts,
} from "../../shared/statistics/stoppingRule.ts";
import { ShardPlan } from "../shardPlan.ts";

/**
 * What is known of one run: which shards are recorded, the fold of the longest prefix of them, and
 * whether that prefix ends the run. Shards are folded in their order alone, however they arrive.
 */
export class RunProgress {
  readonly plan: ShardPlan;
  #foldedShards = 0;
  #folded: ReplicaSums | undefined;
  /** Recorded shards that wait for an earlier one, or that a met rule has left over. */
  readonly #beyond = new Map<number, ShardPartial>();
  #recordedReplicas = 0;
  #live: ReplicaSums | undefined;
  #met = false;

  constructor(specification: RunSpecification) {
    this.plan = new ShardPlan(specification);
  }

  get specification(): RunSpecification {
    return this.plan.specification;
  }

  /** Shards in the estimate. */
  get foldedShards(): number {
    return this.#foldedShards;
  }

  /** The fold of the prefix; undefined before the first shard. */
  get folded(): ReplicaSums | undefined {
    return this.#folded;
  }

  /** Sums of everything recorded, in order of arrival: for watching, not for keeping. */
  get live(): ReplicaSums | undefined {
    return this.#live;
  }

  get recordedShards(): number {
    return this.#foldedShards + this.#beyond.size;
  }

  get recordedReplicas(): number {
    return this.#recordedReplicas;
  }

  /** Whether the folded prefix meets the stopping rule. */
  get met(): boolean {
    return this.#met;
  }

  has(shardIndex: number): boolean {
    return shardIndex < this.#foldedShards || this.#beyond.has(shardIndex);
  }

  /**
   * Shards worth propagating now: all of a fixed number of replicas, or as many as a precision
   * target will probably need. A guess that only decides how much is computed ahead.
   */
  get horizon(): number {
    const wanted = predictedReplicaCount(
      this.specification.stoppingRule,
      countsOf(this.#folded),
      this.#estimatesForRule(),
    );
    const shards = Math.ceil(wanted / this.plan.shardSize);
    return Math.min(this.plan.shardCount, Math.max(shards, this.#foldedShards + 1));
  }

  /** Takes a recorded shard and folds as far as the prefix reaches. */
  record(shardIndex: number, partial: ShardPartial): void {
    if (this.has(shardIndex)) throw new Error(`shard ${shardIndex} is recorded already`);
    this.#recordedReplicas += partial.replicaCount;
    this.#live = this.#live === undefined ? partial : mergeSums(this.#live, partial);
    this.#beyond.set(shardIndex, partial);
    this.#fold();
  }

  /** λ̂ and σ̂² of the folded prefix; undefined while fewer than two replicas are known. */
  estimates(): ExponentEstimates | undefined {
    return finalEstimates(this.specification, this.#folded);
  }

  /** A number of replicas is reached without them, and intervals cost more than a fold. */
  #estimatesForRule(): ExponentEstimates | undefined {
    return this.specification.stoppingRule.kind === "replicas" ? undefined : this.estimates();
  }

  #fold(): void {
    while (!this.#met) {
      const next = this.#beyond.get(this.#foldedShards);
      if (next === undefined) return;
      this.#beyond.delete(this.#foldedShards);
      this.#folded = this.#folded === undefined ? next : mergeSums(this.#folded, next);
      this.#foldedShards += 1;
      this.#met = isMet(
        this.specification.stoppingRule,
        countsOf(this.#folded),
        this.#estimatesForRule(),
      );
    }
  }
}

/** Estimates at the full depth, from sums; undefined while fewer than two replicas are known. */
function finalEstimates(
  { network, burnIn, level }: RunSpecification,
  sums: ReplicaSums | undefined,
): ExponentEstimates | undefined {
  const last = sums?.checkpoints.at(-1);
  return last && estimateExponents(last, network.depth - burnIn, level);
}

/** How much is known at the full depth. */
export function countsOf(sums: ReplicaSums | undefined): ReplicaCounts {
  return {
    replicaCount: sums?.replicaCount ?? 0,
    survivorCount: sums?.checkpoints.at(-1)?.survivorCount ?? 0,
  };
}
