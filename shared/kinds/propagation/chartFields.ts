import { estimateExponents, summarizeGrowth } from "../../statistics/estimate.ts";
import type { QuantileSketch } from "../../statistics/quantileSketch.ts";
import type { CheckpointSums, ReplicaSums } from "../../statistics/replicaSums.ts";
import type { ChartFields, DepthPoint, Fluctuations } from "../../wire/pageJson.ts";
import type { PropagationSpecification } from "./specification.ts";

/** Least width of a histogram's bin, in standard deviations. */
const BIN_DEVIATIONS = 0.2;

/** Chart data that shows the law of large numbers and the central limit theorem in a run's sums. */
export function chartFields(
  specification: PropagationSpecification,
  sums: ReplicaSums | undefined,
): ChartFields {
  const checkpoints = sums?.checkpoints ?? [];
  const last = checkpoints.at(-1);
  return {
    depths: checkpoints.flatMap((checkpoint) => depthPoint(specification, checkpoint)),
    fluctuations:
      last === undefined ? null : fluctuationsOf(last, last.depth - specification.burnIn),
  };
}

function depthPoint(
  { burnIn, level }: PropagationSpecification,
  sums: CheckpointSums,
): DepthPoint[] {
  const estimates = estimateExponents(sums, sums.depth - burnIn, level);
  if (estimates === undefined) return [];
  const { estimate, lower, upper } = estimates.lyapunovExponent;
  return [{ depth: sums.depth, estimate, lower, upper }];
}

function fluctuationsOf(sums: CheckpointSums, layerCount: number): Fluctuations | null {
  const summary = summarizeGrowth(sums, layerCount);
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

/** Joins a sketch's bins, a fixed number at a time, into bins at least `leastWidth` wide. */
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
