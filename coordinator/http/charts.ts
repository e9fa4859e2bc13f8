import type { RunSpecification } from "../../shared/specification/specification.ts";
import { estimateExponents, summarizeGrowth } from "../../shared/statistics/estimate.ts";
import type { QuantileSketch } from "../../shared/statistics/quantileSketch.ts";
import type { CheckpointSums, ReplicaSums } from "../../shared/statistics/replicaSums.ts";
import type { Charts, DepthPoint, Fluctuations, HistoryPoint } from "../../shared/wire/pageJson.ts";

/** Least width of a bin of the histogram, in standard deviations. */
const BIN_DEVIATIONS = 0.2;

/**
 * The charts of a run's page, as data.
 *
 * @param sums the run's fold as far as it is known.
 */
export function chartsOf(
  specification: RunSpecification,
  sums: ReplicaSums | undefined,
  history: readonly HistoryPoint[],
): Charts {
  const checkpoints = sums?.checkpoints ?? [];
  const last = checkpoints.at(-1);
  return {
    history,
    depths: checkpoints.flatMap((checkpoint) => depthPoint(specification, checkpoint)),
    fluctuations: last === undefined ? null : fluctuationsOf(last),
  };
}

function depthPoint({ burnIn, level }: RunSpecification, sums: CheckpointSums): DepthPoint[] {
  const estimates = estimateExponents(sums, sums.depth - burnIn, level);
  if (estimates === undefined) return [];
  const { estimate, lower, upper } = estimates.lyapunovExponent;
  return [{ depth: sums.depth, estimate, lower, upper }];
}

function fluctuationsOf(sums: CheckpointSums): Fluctuations | null {
  const summary = summarizeGrowth(sums);
  if (summary === undefined || summary.variance === 0) return null;
  const standardDeviation = Math.sqrt(summary.variance);
  const { depth, survivorCount, quantileSketch } = sums;
  return {
    depth,
    survivorCount,
    mean: summary.mean,
    standardDeviation,
    ...coarser(quantileSketch, BIN_DEVIATIONS * standardDeviation),
  };
}

/** The sketch in bins that are whole multiples of its own, at least `leastWidth` wide. */
function coarser(
  { binWidth, binIndexes, binCounts }: QuantileSketch,
  leastWidth: number,
): Pick<Fluctuations, "binWidth" | "bins"> {
  const factor = Math.max(1, Math.ceil(leastWidth / binWidth));
  const counts = new Map<number, number>();
  for (const [i, index] of binIndexes.entries()) {
    const bin = Math.floor(index / factor);
    counts.set(bin, (counts.get(bin) ?? 0) + (binCounts[i] ?? 0));
  }
  const width = factor * binWidth;
  return {
    binWidth: width,
    bins: [...counts].map(([bin, count]) => ({ lower: bin * width, count })),
  };
}
