import type { RunSpecification } from "../../shared/kinds/kind.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { ShardPlan } from "../plan/shardPlan.ts";

/**
 * Recorded shards of a run that its new specification's plan does not contain. A last shard may
 * have been short and now be longer. Shards may also lie beyond a replica count that replaces a
 * larger maximum.
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
