import type { Computation } from "./computations.ts";
import type { ReplicaSums } from "../../shared/statistics/replicaSums.ts";

/** The merge of a run's first `shardCount` partials, in shard order. */
export interface Fold {
  readonly shardCount: number;
  readonly sums: ReplicaSums;
  /** Who computed how much of it; absent where an earlier version has written it. */
  readonly computations?: readonly Computation[];
}
