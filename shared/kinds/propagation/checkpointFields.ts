import { summarizeGrowth, type GrowthSummary } from "../../statistics/estimate.ts";
import { coarsenedSketch, sketchQuantile } from "../../statistics/quantileSketch.ts";
import type { CheckpointSums, ReplicaSums } from "../../statistics/replicaSums.ts";
import { sketchToMessage } from "../../wire/partialMessages.ts";
import type { PropagationSpecification } from "./specification.ts";
import type { CheckpointEstimate } from "../../wire/generated/lyapunov/v1/CheckpointEstimate.ts";

const QUANTILES = [0.025, 0.25, 0.5, 0.75, 0.975];
const MAXIMUM_HISTOGRAM_BINS = 200;
/** Least width of a histogram's bin, in standard deviations; bins are up to twice as wide. */
const BIN_DEVIATIONS = 1 / 12;

/** Summaries of the growth at each checkpoint, with a histogram at the last. */
export function checkpointFields(
  { burnIn }: PropagationSpecification,
  { checkpoints }: ReplicaSums,
): CheckpointEstimate[] {
  const summaries = checkpoints.map((sums) => summarizeGrowth(sums, sums.depth - burnIn));
  const messages = checkpoints.map((sums, i) => checkpointMessage(sums, summaries[i]));
  const last = checkpoints.at(-1);
  // Histograms of all depths would be most of a message that watchers get several times a second.
  if (last !== undefined) {
    messages.push({ ...messages.pop(), ...histogram(last, summaries.at(-1)) });
  }
  return messages;
}

function checkpointMessage(
  sums: CheckpointSums,
  summary: GrowthSummary | undefined,
): CheckpointEstimate {
  // Where nothing fluctuates, the sketch shows only rounding.
  const constant = summary?.variance === 0 ? summary.mean : undefined;
  return {
    depth: sums.depth,
    survivorCount: sums.survivorCount,
    extinctCount: sums.extinctCount,
    ...summary,
    quantiles: QUANTILES.flatMap((probability) => {
      const value = constant ?? sketchQuantile(sums.quantileSketch, probability);
      return value === undefined ? [] : [{ probability, value }];
    }),
  };
}

/** A histogram to look at: bins much narrower than the spread would show little but noise. */
function histogram(
  sums: CheckpointSums,
  summary: GrowthSummary | undefined,
): Pick<CheckpointEstimate, "histogram"> {
  const deviation = Math.sqrt(summary?.variance ?? 0);
  const leastWidth = BIN_DEVIATIONS * deviation;
  const sketch = coarsenedSketch(sums.quantileSketch, MAXIMUM_HISTOGRAM_BINS, leastWidth);
  return { histogram: sketchToMessage(sketch) };
}
