import type { Moments } from "../statistics/moments.ts";
import type { CheckpointSums, ShardPartial } from "../statistics/replicaSums.ts";
import type { BackendName } from "../specification/backends.ts";
import type { Network } from "../network/network.ts";
import { clipped, isPlainText } from "../specification/violations.ts";
import type { Sampling } from "../network/weights.ts";

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

/** What is observed of every replica. */
const OBSERVABLES: readonly string[] = ["log_norm_growth"];

export const MAXIMUM_GENERATOR_LENGTH = 100;

/** What a worker says is repeated to people up to here. */
const MAXIMUM_QUOTE_LENGTH = 100;

/** More than a layer can add to or take from the log-norm, whatever double its gain and slope are. */
const MAXIMUM_LAYER_GROWTH = 1e4;

/** Relative, of sums of up to 65,536 powers. */
const ROUNDING = 1e-9;

/**
 * What makes a partial impossible as the answer to a task, in a sentence, or undefined. A partial
 * that passes can still be wrong; one that does not was never computed.
 */
export function partialProblem(task: ShardTask, partial: ShardPartial): string | undefined {
  if (partial.backend !== task.backend) {
    const backend = clipped(partial.backend, MAXIMUM_QUOTE_LENGTH);
    return `it was propagated by ${backend}, not by ${task.backend}`;
  }
  const { generator } = partial;
  if (generator === "" || generator.length > MAXIMUM_GENERATOR_LENGTH || !isPlainText(generator)) {
    return `its generator is '${clipped(generator, MAXIMUM_QUOTE_LENGTH)}'`;
  }
  if (partial.firstReplica !== task.firstReplica || partial.replicaCount !== task.replicaCount) {
    return (
      `it holds ${partial.replicaCount} replicas from ${partial.firstReplica} on, ` +
      `not ${task.replicaCount} from ${task.firstReplica} on`
    );
  }
  const depths = partial.checkpoints.map(({ depth }) => depth);
  if (!areEqual(depths, task.checkpointDepths)) {
    return `its checkpoint depths are ${clipped(depths.join(", "), MAXIMUM_QUOTE_LENGTH)}`;
  }
  if (!areEqual(partial.observables, OBSERVABLES)) {
    return `its observables are ${clipped(partial.observables.join(", "), MAXIMUM_QUOTE_LENGTH)}`;
  }
  for (const [i, sums] of partial.checkpoints.entries()) {
    const where = `at depth ${sums.depth}`;
    if (sums.survivorCount + sums.extinctCount !== task.replicaCount || sums.extinctCount < 0) {
      return `${where} survivors and extinct replicas do not add up`;
    }
    if (sums.extinctCount < (partial.checkpoints[i - 1]?.extinctCount ?? 0)) {
      return `${where} fewer replicas are extinct than before it`;
    }
    if (sums.moments.length !== OBSERVABLES.length || sums.coMoments.length !== 0) {
      return `${where} it lacks moments of its observables`;
    }
    if (!sums.moments.every((moments) => areMomentsPossible(moments, sums))) {
      return `${where} its moments are not those of growths over so many layers`;
    }
    if (!isSketchPossible(sums, task.sketchBinWidths[i] ?? NaN)) {
      return `${where} the quantile sketch does not hold the survivors`;
    }
  }
  return undefined;
}

function areEqual<T>(list: readonly T[], other: readonly T[]): boolean {
  return list.length === other.length && list.every((item, i) => item === other[i]);
}

/** Bounds that also keep every fold finite. */
function areMomentsPossible(
  { mean, m2, m3, m4 }: Moments,
  { survivorCount, depth }: CheckpointSums,
): boolean {
  // Of none nothing is known, and one does not deviate from itself.
  const limit = survivorCount > 0 ? MAXIMUM_LAYER_GROWTH * depth : 0;
  const deviation = survivorCount > 1 ? 2 * limit : 0;
  // Comparisons with NaN are false.
  return (
    Math.abs(mean) <= limit &&
    m2 >= 0 &&
    m2 <= survivorCount * deviation ** 2 &&
    Math.abs(m3) <= survivorCount * deviation ** 3 &&
    m4 >= 0 &&
    m4 <= survivorCount * deviation ** 4 &&
    // Cauchy and Schwarz, which hold around the true mean and a rounded one alike: no values have a
    // fourth moment below the square of the second, or a third above what these two allow. Nor is
    // the sum of squares of squares above the square of their sum.
    m4 <= m2 * m2 * (1 + ROUNDING) &&
    m2 * m2 <= survivorCount * m4 * (1 + ROUNDING) &&
    m3 * m3 <= m2 * m4 * (1 + ROUNDING)
  );
}

function isSketchPossible(
  { survivorCount, depth, quantileSketch }: CheckpointSums,
  expectedWidth: number,
): boolean {
  const { binWidth, binIndexes, binCounts } = quantileSketch;
  // Where bins are wide, all values may be in the two around zero.
  const limit = MAXIMUM_LAYER_GROWTH * depth + expectedWidth;
  return (
    binWidth === expectedWidth &&
    binIndexes.length === binCounts.length &&
    binIndexes.every(
      (index, i) =>
        Number.isSafeInteger(index) &&
        Math.abs(index * binWidth) <= limit &&
        (i === 0 || index > (binIndexes[i - 1] ?? NaN)),
    ) &&
    binCounts.every((count) => Number.isSafeInteger(count) && count > 0) &&
    binCounts.reduce((sum, count) => sum + count, 0) === survivorCount
  );
}
