import type { Propagation } from "../../shared/shard/propagation.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";

/** A shard's result, and what it took. */
export interface ComputedShard {
  readonly partial: ShardPartial;
  /** From the moment when everything was loaded. */
  readonly computeSeconds: number;
  readonly propagated: Propagation;
}
