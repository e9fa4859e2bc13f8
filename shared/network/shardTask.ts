import type { ShardPartial } from "../statistics/replicaSums.ts";
import type { BackendName } from "./backends.ts";
import type { Network } from "./network.ts";
import type { Sampling } from "./weights.ts";

/** A shard as a worker sees it: a range of replicas to propagate and sum. */
export interface ShardTask {
  readonly network: Network;
  readonly sampling: Sampling;
  readonly backend: BackendName;
  readonly seed: bigint;
  /** Ascending. */
  readonly checkpointDepths: readonly number[];
  readonly burnIn: number;
  /** Of the quantile sketches, one for each checkpoint. */
  readonly sketchBinWidths: readonly number[];
  readonly firstReplica: number;
  readonly replicaCount: number;
}

/**
 * What makes a partial impossible as the answer to a task, in a sentence, or undefined. A partial
 * that passes can still be wrong; one that does not was never computed.
 */
export function partialProblem(task: ShardTask, partial: ShardPartial): string | undefined {
  if (partial.backend !== task.backend) {
    return `it was propagated by ${partial.backend}, not by ${task.backend}`;
  }
  if (
    partial.firstReplica !== task.firstReplica ||
    partial.replicaCount !== task.replicaCount
  ) {
    return (
      `it holds ${partial.replicaCount} replicas from ${partial.firstReplica} on, ` +
      `not ${task.replicaCount} from ${task.firstReplica} on`
    );
  }
  const depths = partial.checkpoints.map(({ depth }) => depth);
  if (depths.join() !== task.checkpointDepths.join()) {
    return `its checkpoint depths are ${depths.join(", ")}`;
  }
  const observables = partial.observables.length;
  for (const [i, sums] of partial.checkpoints.entries()) {
    const where = `at depth ${sums.depth}`;
    if (sums.survivorCount + sums.extinctCount !== task.replicaCount || sums.extinctCount < 0) {
      return `${where} survivors and extinct replicas do not add up`;
    }
    if (
      observables === 0 ||
      sums.moments.length !== observables ||
      sums.coMoments.length !== (observables * (observables - 1)) / 2
    ) {
      return `${where} it lacks moments of its observables`;
    }
    const numbers = sums.moments.flatMap(({ mean, m2, m3, m4 }) => [mean, m2, m3, m4]);
    if (![...numbers, ...sums.coMoments].every(Number.isFinite)) {
      return `${where} a sum is not finite`;
    }
    if (sums.moments.some(({ m2, m4 }) => m2 < 0 || m4 < 0)) {
      return `${where} an even moment is negative`;
    }
    const { binWidth, binCounts, binIndexes } = sums.quantileSketch;
    const sketched = binCounts.reduce((sum, count) => sum + count, 0);
    if (
      binWidth !== task.sketchBinWidths[i] ||
      binIndexes.length !== binCounts.length ||
      sketched !== sums.survivorCount
    ) {
      return `${where} the quantile sketch does not hold the survivors`;
    }
  }
  return undefined;
}
