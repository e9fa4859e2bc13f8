import type { RunSpecification } from "../../shared/kinds/kind.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { ShardPlan } from "../plan/shardPlan.ts";

/**
 * Recorded shards of a run that are not in the plan of its new specification: a last one that was
 * short and is not any more, or what lies beyond a number of replicas that takes the place of a larger
 * maximum.
 */
export async function misfits(
  ledger: Pick<Ledger, "shardRanges">,
  run: string,
  before: RunSpecification,
  after: RunSpecification,
): Promise<number[]> {
  const [plan, next] = [new ShardPlan(before), new ShardPlan(after)];
  const from = Math.min(plan.shardCount, next.shardCount) - 1;
  const fits = (shard: number) =>
    shard < next.shardCount && plan.shard(shard).replicaCount === next.shard(shard).replicaCount;
  const ranges = await ledger.shardRanges(run, from);
  const shards = ranges.flatMap(({ first, end }) =>
    Array.from({ length: end - first }, (_, i) => first + i),
  );
  return shards.filter((shard) => !fits(shard));
}
