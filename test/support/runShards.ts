import type { RunShard } from "../../shared/kinds/kind.ts";
import { shardTask, type ShardTask } from "../../shared/kinds/propagation/shardTask.ts";
import type { PropagationSpecification } from "../../shared/kinds/propagation/specification.ts";
import { partialProblem } from "../../shared/shard/partialProblem.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import { ShardPlan } from "../../coordinator/plan/shardPlan.ts";

/** What a worker reads of a shard of random networks. */
export function taskOf(specification: PropagationSpecification, shardIndex = 0): ShardTask {
  return shardTask(specification, new ShardPlan(specification).shard(shardIndex));
}

/** Says what makes a partial impossible for a shard of a run. */
export function problemOf(shard: RunShard, partial: ShardPartial): string | undefined {
  const { specification } = shard;
  return partialProblem(specification.kind.partialShape(specification), shard, partial);
}
