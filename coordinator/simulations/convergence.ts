import { setImmediate as turn } from "node:timers/promises";

import type { RunSpecification } from "../../shared/kinds/kind.ts";
import { mergeSums, type ReplicaSums } from "../../shared/statistics/replicaSums.ts";
import type { ConvergencePoint } from "../../shared/wire/generated/lyapunov/v1/ConvergencePoint.ts";
import type { RecordedShard } from "../plan/recordedShard.ts";

/** By steps of this ratio, the most shards that a run can have, 2²⁹, are reached within 110 points. */
const RATIO = 2 ** (1 / 4);
/** Shards folded before others have their turn; reading them from the ledger takes longer. */
const SHARDS_AT_ONCE = 32;

/**
 * The estimates of the first shards, of ever more of them, up to `shardCount`: the same bits as the
 * run had when its fold was there, whatever came in when.
 *
 * @param shards ascending.
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
  for await (const { shardIndex, partial } of shards) {
    // One is missing while it is computed again.
    if (shardIndex !== foldedShards || foldedShards === shardCount) break;
    // Depths are folded each for itself, and the last alone is estimated from.
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
    if (foldedShards % SHARDS_AT_ONCE === 0) await turn();
  }
  return points;
}
