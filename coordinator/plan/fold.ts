import type { ReplicaSums } from "../../shared/statistics/replicaSums.ts";

/** The merge of the partials of shards 0, 1, 2, … up to a number of them. */
export interface Fold {
  readonly shardCount: number;
  readonly sums: ReplicaSums;
}
