import { setImmediate as yieldToOthers } from "node:timers/promises";

import type { RunSpecification } from "../../shared/kinds/kind.ts";
import { mergeSums, type ReplicaSums } from "../../shared/statistics/replicaSums.ts";
import type { ConvergencePoint } from "../../shared/wire/generated/lyapunov/v1/ConvergencePoint.ts";
import { DamagedShards } from "../ledger/ledger.ts";
import type { RecordedShard } from "../plan/recordedShard.ts";

/** Ratio from one point to the next; 110 points then reach the most shards of a run, 2²⁹. */
const RATIO = 2 ** (1 / 4);
/** Shards folded before other work gets its turn; reading them from the ledger takes longer. */
const SHARDS_AT_ONCE = 32;

/**
 * Estimates from ever more of the first shards, up to `shardCount`. They have the same bits as the
 * run's estimates had at that point of its fold, in whatever order the shards arrived.
 *
 * @param shards the run's recorded shards, ascending.
 */
export async function convergence(
  specification: RunSpecification,
  shards: AsyncIterable<RecordedShard>,
  shardCount: number,
): Promise<ConvergencePoint[]> {
  const points: ConvergencePoint[] = [];
  let folded: ReplicaSums | undefined;
  let foldedShards = 0;
  let nextPoint = 1;
  for await (const { shardIndex, partial } of asFarAsIntact(shards)) {
    // A shard is missing while it is computed again.
    if (shardIndex !== foldedShards || foldedShards === shardCount) break;
    // Each depth is folded by itself, and only the last one is needed for an estimate.
    const last = { ...partial, checkpoints: partial.checkpoints.slice(-1) };
    folded = folded === undefined ? last : mergeSums(folded, last);
    foldedShards += 1;
    if (foldedShards === nextPoint || foldedShards === shardCount) {
      points.push({
        shardCount: foldedShards,
        replicaCount: folded.replicaCount,
        ...specification.kind.estimateFields(specification, folded),
      });
      nextPoint = Math.ceil(Math.max(nextPoint + 1, nextPoint * RATIO));
    }
    if (foldedShards % SHARDS_AT_ONCE === 0) await yieldToOthers();
  }
  return points;
}

/** The shards before the first that is damaged, or that is read together with a damaged one. */
async function* asFarAsIntact(shards: AsyncIterable<RecordedShard>): AsyncIterable<RecordedShard> {
  try {
    yield* shards;
  } catch (error) {
    // It is computed again once the run goes on, and is missing until then.
    if (!(error instanceof DamagedShards)) throw error;
  }
}
