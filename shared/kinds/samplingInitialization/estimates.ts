import studentQuantile from "@stdlib/stats-base-dists-t-quantile";

import type { Estimates } from "../../statistics/estimate.ts";
import { sketchQuantile } from "../../statistics/quantileSketch.ts";
import type { CheckpointSums, ReplicaSums } from "../../statistics/replicaSums.ts";
import { exactOf } from "../propagation/exactFields.ts";
import type { SamplingQuantity, SamplingSpecification } from "./specification.ts";

/** Means over the candidates that are alive, by Student's t; undefined for fewer than two. */
export function samplingEstimates(
  { level }: Pick<SamplingSpecification, "level">,
  { checkpoints }: ReplicaSums,
): Estimates<SamplingQuantity> | undefined {
  const last = checkpoints.at(-1);
  const [distance, finalGrowth] = last?.moments ?? [];
  if (last === undefined || distance === undefined || finalGrowth === undefined) return undefined;
  const count = last.survivorCount;
  if (count < 2) return undefined;
  const quantile = studentQuantile((1 + level) / 2, count - 1);
  const mean = ({ mean: estimate, m2 }: { readonly mean: number; readonly m2: number }) => {
    const standardError = Math.sqrt(m2 / (count - 1) / count);
    const half = quantile * standardError;
    const [lower, upper] = [estimate - half, estimate + half];
    return { estimate, standardError, lower, upper, level, method: "student_t" as const };
  };
  return { distance: mean(distance), finalGrowth: mean(finalGrowth) };
}

/** The candidate that is nearest to zero, beside the others. */
export interface Choice {
  readonly replica: number;
  readonly distance: number;
  readonly finalGrowth: number;
  /** The distance of the median candidate; undefined with fewer than two of them alive. */
  readonly medianDistance: number | undefined;
  /** The standard deviation of the growth of single networks at the full depth. */
  readonly growthDeviation: number | undefined;
  /** Share of the median candidate's distance that the choice took away. */
  readonly reduction: number | undefined;
}

/** The choice among the candidates of these sums; undefined while none is alive. */
export function choiceOf(
  { network }: Pick<SamplingSpecification, "network">,
  { champion, checkpoints }: ReplicaSums,
): Choice | undefined {
  const last = checkpoints.at(-1);
  const [distance, finalGrowth] = champion?.values ?? [];
  if (champion === undefined || last === undefined) return undefined;
  if (distance === undefined || finalGrowth === undefined) return undefined;
  const exact = exactOf(network);
  const variance = exact?.variance ?? exact?.survivors?.variance;
  const medianDistance =
    last.survivorCount < 2 ? undefined : sketchQuantile(last.quantileSketch, 0.5);
  const growthDeviation =
    variance === undefined ? spreadOf(last) : Math.sqrt(variance * network.depth);
  return {
    replica: champion.replica,
    distance,
    finalGrowth,
    medianDistance,
    growthDeviation,
    // Where all networks are alike, distances are rounding errors.
    reduction:
      medianDistance === undefined || medianDistance <= 0 || growthDeviation === 0
        ? undefined
        : 1 - distance / medianDistance,
  };
}

/** The standard deviation of the candidates' final growths. */
function spreadOf({ survivorCount, moments }: CheckpointSums): number | undefined {
  const m2 = moments[1]?.m2;
  return m2 === undefined || survivorCount < 2 ? undefined : Math.sqrt(m2 / (survivorCount - 1));
}
