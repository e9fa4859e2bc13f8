import type { RunShard } from "../../shared/kinds/kind.ts";
import { shardTask, type ShardTask } from "../../shared/kinds/propagation/shardTask.ts";
import type { PropagationSpecification } from "../../shared/kinds/propagation/specification.ts";
import { partialProblem } from "../../shared/shard/partialProblem.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import { ShardPlan } from "../../coordinator/plan/shardPlan.ts";

/** The task of a shard of random networks, as a worker reads it. */
export function taskOf(specification: PropagationSpecification, shardIndex = 0): ShardTask {
  return shardTask(specification, new ShardPlan(specification).shard(shardIndex));
}

/** Says why a partial is impossible for a shard of a run; undefined if it is possible. */
export function problemOf(shard: RunShard, partial: ShardPartial): string | undefined {
  const { specification } = shard;
  return partialProblem(specification.kind.partialShape(specification), shard, partial);
}
