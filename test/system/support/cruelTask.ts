import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { receivedTask } from "../../../shared/kinds/receivedTask.ts";
import type { ShardTask__Output } from "../../../shared/wire/generated/lyapunov/v1/ShardTask.ts";
import { specificationWith } from "../../support/specifications.ts";

/** Tasks of runs whose shards take a twentieth of a second, unless their seed is a cruel one. */
export function cruelTask(seed: bigint, shardIndex = 0): ShardTask__Output {
  const plan = new ShardPlan(
    specificationWith({
      network: { width: 7, depth: 4 },
      checkpointDepths: [4],
      seed,
      stoppingRule: { replicaCount: 2 ** 20 },
    }),
  );
  return receivedTask(plan.task(shardIndex));
}
