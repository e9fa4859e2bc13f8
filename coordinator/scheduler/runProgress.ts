import type { RunSpecification } from "../../shared/kinds/kind.ts";
import type { Estimates } from "../../shared/statistics/estimate.ts";
import {
  mergeSums,
  type ReplicaSums,
  type ShardPartial,
} from "../../shared/statistics/replicaSums.ts";
import {
  isMet,
  predictedReplicaCount,
  type ReplicaCounts,
} from "../../shared/specification/stoppingRule.ts";
import { ComputationTally, type Computation } from "../plan/computations.ts";
import type { Fold } from "../plan/fold.ts";
import { ShardPlan } from "../plan/shardPlan.ts";
import { ShardRanges, type ShardRange } from "../plan/shardRanges.ts";

/** Where a run's progress begins: the ledger's last fold, and what else the ledger has. */
export interface ProgressBeginning {
  readonly fold?: Fold | undefined;
  /** Recorded shards after the fold whose partials stay in the ledger until the fold needs them. */
  readonly stored?: readonly ShardRange[];
  /** The generator of the partials that the ledger has. */
  readonly generator?: string | undefined;
}

/**
 * The progress of one run: which shards are recorded, the fold of their longest prefix, and whether
 * that prefix ends the run. Shards are folded in order, however they arrive.
 *
 * A limited number of the partials that wait for an earlier shard are in memory; the others stay in
 * the ledger until they are `wanted` for the fold.
 */
export class RunProgress {
  readonly plan: ShardPlan;
  readonly #maximumWaiting: number;
  #foldedShards = 0;
  #folded: ReplicaSums | undefined;
  readonly #tally: ComputationTally;
  /** Partials that wait for an earlier shard, or that were left over when the rule was met. */
  readonly #waiting = new Map<number, ShardPartial>();
  /** Further waiting shards, whose partials are only in the ledger. */
  readonly #stored: ShardRanges;
  #recordedReplicas: number;
  #live: ReplicaSums | undefined;
  #met = false;

  /** @param maximumWaiting most partials kept in memory until the fold reaches them. */
  constructor(
    specification: RunSpecification,
    maximumWaiting = Infinity,
    { fold, stored = [] }: ProgressBeginning = {},
  ) {
    this.plan = new ShardPlan(specification);
    this.#maximumWaiting = maximumWaiting;
    this.#stored = new ShardRanges(stored);
    this.#foldedShards = fold?.shardCount ?? 0;
    this.#folded = fold?.sums;
    this.#tally = new ComputationTally(fold?.computations);
    this.#live = fold?.sums;
    const storedReplicas = stored.map((range) => this.plan.replicasIn(range));
    this.#recordedReplicas = storedReplicas.reduce((a, b) => a + b, fold?.sums.replicaCount ?? 0);
    if (fold !== undefined) this.#met = this.#isMet();
  }

  get specification(): RunSpecification {
    return this.plan.specification;
  }

  /** Number of shards in the estimate. */
  get foldedShards(): number {
    return this.#foldedShards;
  }

  /** The fold of the prefix; undefined before the first shard. */
  get folded(): ReplicaSums | undefined {
    return this.#folded;
  }

  /** Who computed how much of the prefix. */
  get computations(): readonly Computation[] {
    return this.#tally.computations;
  }

  /** Sums of all partials that were in memory so far, in order of arrival; only for display. */
  get live(): ReplicaSums | undefined {
    return this.#live;
  }

  get recordedShards(): number {
    return this.#foldedShards + this.#waiting.size + this.#stored.size;
  }

  get recordedReplicas(): number {
    return this.#recordedReplicas;
  }

  /** True if the folded prefix meets the stopping rule. */
  get met(): boolean {
    return this.#met;
  }

  /** The next shard of the fold, if its partial is only in the ledger. */
  get wanted(): number | undefined {
    return !this.#met && this.#stored.has(this.#foldedShards) ? this.#foldedShards : undefined;
  }

  has(shardIndex: number): boolean {
    return (
      shardIndex < this.#foldedShards ||
      this.#waiting.has(shardIndex) ||
      this.#stored.has(shardIndex)
    );
  }

  /** All recorded shards. */
  *shards(): Iterable<number> {
    for (let shardIndex = 0; shardIndex < this.#foldedShards; shardIndex++) yield shardIndex;
    yield* this.#waiting.keys();
    for (const { first, end } of this.#stored.toArray()) {
      for (let shardIndex = first; shardIndex < end; shardIndex++) yield shardIndex;
    }
  }

  /**
   * Shards worth computing now, counted from the first: all of a fixed number of replicas, or as
   * many as a precision target will probably need. It decides only how much is computed ahead.
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

  /** Takes a shard that is now in the ledger, and folds as far as the prefix reaches. */
  record(shardIndex: number, partial: ShardPartial): void {
    if (this.has(shardIndex)) throw new Error(`shard ${shardIndex} is recorded already`);
    this.#recordedReplicas += partial.replicaCount;
    const isNext = shardIndex === this.#foldedShards;
    if (isNext || this.#waiting.size < this.#maximumWaiting) this.#take(shardIndex, partial);
    else this.#stored.add(shardIndex);
  }

  /** Takes a partial read back from the ledger; ignores one that is in memory already. */
  load(shardIndex: number, partial: ShardPartial): void {
    if (!this.#stored.has(shardIndex)) return;
    this.#stored.delete(shardIndex);
    this.#take(shardIndex, partial);
  }

  /** Estimates from the folded prefix; undefined while too little is known. */
  estimates(): Estimates | undefined {
    const { specification } = this;
    return this.#folded && specification.kind.estimates(specification, this.#folded);
  }

  #take(shardIndex: number, partial: ShardPartial): void {
    this.#live = this.#live === undefined ? partial : mergeSums(this.#live, partial);
    this.#waiting.set(shardIndex, partial);
    this.#foldOn();
  }

  #foldOn(): void {
    while (!this.#met) {
      const next = this.#waiting.get(this.#foldedShards);
      if (next === undefined) return;
      this.#waiting.delete(this.#foldedShards);
      this.#folded = this.#folded === undefined ? next : mergeSums(this.#folded, next);
      this.#foldedShards += 1;
      this.#tally.add(next);
      this.#met = this.#isMet();
    }
  }

  #isMet(): boolean {
    const { stoppingRule } = this.specification;
    return isMet(stoppingRule, countsOf(this.#folded), this.#estimatesForRule());
  }

  /** Estimates for a precision target only: a replica count needs none, and they cost much. */
  #estimatesForRule(): Estimates | undefined {
    return this.specification.stoppingRule.kind === "replicas" ? undefined : this.estimates();
  }
}

/** Counts of all replicas and of the survivors at the full depth. */
export function countsOf(sums: ReplicaSums | undefined): ReplicaCounts {
  return {
    replicaCount: sums?.replicaCount ?? 0,
    survivorCount: sums?.checkpoints.at(-1)?.survivorCount ?? 0,
  };
}
