import { networkLabel } from "../../../shared/charts/networkLabels.ts";
import { count, counted } from "../../../shared/text/counts.ts";
import { given, percent, significant } from "../../../shared/text/numbers.ts";
import { times } from "../../../shared/text/times.ts";
import type { ChosenCandidate__Output } from "../../../shared/wire/generated/lyapunov/v1/ChosenCandidate.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Fact } from "./fittedTable.ts";

/** True if the run draws candidates and keeps the nearest. */
export function isSamplingInitialization({ samplingInitialization }: Run__Output): boolean {
  return samplingInitialization !== null;
}

/** `sampling initialization with 16 probe inputs; gaussian 16×200, α = 0.01, …`. */
export function samplingLabel(run: Run__Output): string {
  const { probeCount = 0 } = run.samplingInitialization ?? {};
  const probes = counted(probeCount, "probe input");
  return `sampling initialization with ${probes}; ${networkLabel(run)}`;
}

/** What is known of the candidate that a run has chosen, a fact a line. */
export function chosenFacts({
  chosenCandidate: chosen,
  extinctCount,
  replicaCount,
}: Run__Output): Fact[] {
  if (chosen === null) return [["chosen", "none: no candidate is alive so far"]];
  const facts: Fact[] = [
    ["chosen", `candidate ${count(chosen.replica)} of seed ${chosen.seed}`],
    ["distance from zero", distanceText(chosen)],
    ["final growth", finalGrowthText(chosen)],
  ];
  if (extinctCount !== "0") {
    facts.push(["extinct", `${count(extinctCount)} of ${count(replicaCount)} candidates`]);
  }
  return facts;
}

/** `1.7 through the depth; the median candidate's is 5.1: 67 % taken away`. */
export function distanceText({
  distance,
  medianDistance,
  reduction,
}: Pick<ChosenCandidate__Output, "distance" | "medianDistance" | "reduction">): string {
  const own = `${significant(distance, 3)} through the depth`;
  if (medianDistance === undefined || reduction === undefined) return own;
  const median = significant(medianDistance, 3);
  return `${own}; the median candidate's is ${median}: ${percent(rounded(reduction))} taken away`;
}

/** A share to whole percents. */
function rounded(share: number): number {
  return Math.round(100 * share) / 100;
}

/** `−0.31, a factor ×0.73; that is 0.067 of the σ√L = 4.6 of single networks`. */
export function finalGrowthText({
  finalGrowth,
  growthDeviation,
}: Pick<ChosenCandidate__Output, "finalGrowth" | "growthDeviation">): string {
  const own = `${significant(finalGrowth, 3)}, a factor ${times(finalGrowth)}`;
  if (growthDeviation === undefined || growthDeviation === 0) return own;
  const share = significant(Math.abs(finalGrowth) / growthDeviation, 2);
  const deviation = significant(growthDeviation, 3);
  return `${own}; that is ${share} of the σ√L = ${deviation} of single networks`;
}

/** The largest growths in both directions: `between ×0.12 after layer 40 and ×3.4 after layer 151`. */
export function excursionText(growths: Float64Array): string {
  let [lowest, highest] = [0, 0];
  for (let layer = 1; layer < growths.length; layer++) {
    if ((growths[layer] as number) < (growths[lowest] as number)) lowest = layer;
    if ((growths[layer] as number) > (growths[highest] as number)) highest = layer;
  }
  const at = (layer: number) =>
    `${times(growths[layer] as number)} after layer ${given(layer + 1)}`;
  return `between ${at(lowest)} and ${at(highest)}`;
}
