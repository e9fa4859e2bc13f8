import { summarizeGrowth } from "../../statistics/estimate.ts";
import { coarsenedSketch, sketchQuantile } from "../../statistics/quantileSketch.ts";
import type { CheckpointSums, ReplicaSums } from "../../statistics/replicaSums.ts";
import type { CheckpointEstimate } from "../../wire/generated/lyapunov/v1/CheckpointEstimate.ts";

const QUANTILES = [0.025, 0.25, 0.5, 0.75, 0.975];
const MAXIMUM_HISTOGRAM_BINS = 200;

/** Summaries of the growth at each checkpoint, with a histogram at the last. */
export function checkpointFields({ checkpoints }: ReplicaSums): CheckpointEstimate[] {
  const messages = checkpoints.map(checkpointMessage);
  const last = checkpoints.at(-1);
  // Histograms of all depths would be most of a message that watchers get several times a second.
  if (last !== undefined) messages.push({ ...messages.pop(), ...histogram(last) });
  return messages;
}

function checkpointMessage(sums: CheckpointSums): CheckpointEstimate {
  return {
    depth: sums.depth,
    survivorCount: sums.survivorCount,
    extinctCount: sums.extinctCount,
    ...summarizeGrowth(sums),
    quantiles: QUANTILES.flatMap((probability) => {
      const value = sketchQuantile(sums.quantileSketch, probability);
      return value === undefined ? [] : [{ probability, value }];
    }),
  };
}

function histogram({ quantileSketch }: CheckpointSums): Pick<CheckpointEstimate, "histogram"> {
  const { binWidth, binIndexes, binCounts } = coarsenedSketch(
    quantileSketch,
    MAXIMUM_HISTOGRAM_BINS,
  );
  return { histogram: { binWidth, binIndexes: [...binIndexes], binCounts: [...binCounts] } };
}
