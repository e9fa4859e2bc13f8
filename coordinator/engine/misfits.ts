import type { RunSpecification } from "../../shared/kinds/kind.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { ShardPlan } from "../plan/shardPlan.ts";

/** A run's specification, and the one that is to replace it. */
interface Respecified {
  readonly run: string;
  readonly before: RunSpecification;
  readonly after: RunSpecification;
}

/**
 * Recorded shards of each run that its new specification's plan does not contain. A last shard may
 * have been short and now be longer. Shards may also lie beyond a replica count that replaces a
 * larger maximum.
 */
export async function misfits(
  ledger: Pick<Ledger, "shardsFrom">,
  runs: readonly Respecified[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const plans = runs.map(({ run, before, after }) => {
    return { run, plan: new ShardPlan(before), next: new ShardPlan(after) };
  });
  const firsts = plans.map(({ run, plan, next }) => {
    return [run, Math.min(plan.shardCount, next.shardCount) - 1] as const;
  });
  const recorded = await ledger.shardsFrom(new Map(firsts));
  const misfitting = plans.map(({ run, plan, next }) => {
    const fits = (shard: number) =>
      shard < next.shardCount && plan.shard(shard).replicaCount === next.shard(shard).replicaCount;
    return [run, (recorded.get(run) ?? []).filter((shard) => !fits(shard))] as const;
  });
  return new Map(misfitting);
}
