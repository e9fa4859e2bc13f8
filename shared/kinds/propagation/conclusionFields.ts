import { criticalGain } from "../../statistics/criticalGain.ts";
import type { ExponentEstimates } from "../../statistics/estimate.ts";
import { sketchQuantile } from "../../statistics/quantileSketch.ts";
import type { CheckpointSums, ReplicaSums } from "../../statistics/replicaSums.ts";
import { isZeroExponent } from "../../statistics/zeroExponent.ts";
import { lostDepths, normalQuantiles } from "../../theory/spread.ts";
import type { NetworkSpread } from "../../wire/generated/lyapunov/v1/NetworkSpread.ts";
import type { ConclusionFields } from "../kind.ts";
import { comparableSurvivors, finalEstimates } from "./estimateFields.ts";
import { exactOf } from "./exactFields.ts";
import type { PropagationSpecification } from "./specification.ts";

/** Least survivors whose 5 % quantile is that of what was seen: five of them lie below it. */
const MINIMUM_FOR_SKETCH = 100;
/** What follows from a run's estimates: the critical gain, and the spread of single networks. */
export function conclusionFields(
  specification: PropagationSpecification,
  sums: ReplicaSums | undefined,
): ConclusionFields {
  const { level } = specification;
  const estimates = sums && finalEstimates(specification, sums);
  const last = sums?.checkpoints.at(-1);
  if (estimates === undefined || last === undefined) return { criticalGain: { level } };
  return {
    criticalGain: criticalGainMessage(specification, estimates, last),
    spread: spreadMessage(specification, estimates, last),
  };
}

function criticalGainMessage(
  { network, level }: PropagationSpecification,
  { lyapunovExponent }: ExponentEstimates,
  last: CheckpointSums,
): NonNullable<ConclusionFields["criticalGain"]> {
  const estimate = criticalGain(network.gain, lyapunovExponent);
  if (estimate === undefined) return { level };
  const exact = exactOf(network);
  const known = last.extinctCount > 0 || network.negativeSlope === 0 ? exact?.survivors : exact;
  const exactGain = known?.criticalGain ?? undefined;
  const isComparable = comparableSurvivors(last, known?.variance ?? undefined);
  if (exactGain === undefined || !isComparable || estimate.standardError === 0) return estimate;
  return { ...estimate, z: (estimate.estimate - exactGain) / estimate.standardError };
}

function spreadMessage(
  specification: PropagationSpecification,
  { lyapunovExponent, variance }: ExponentEstimates,
  last: CheckpointSums,
): NetworkSpread {
  const layerCount = specification.network.depth - specification.burnIn;
  const exponent = lyapunovExponent.estimate;
  const deviation = Math.sqrt(variance.estimate);
  const { halfLostDepth, nineTenthsLostDepth } = lostDepths({
    exponent: isZeroExponent(lyapunovExponent, layerCount) ? 0 : exponent,
    deviation,
    survival: survivalOf(specification, last),
  });
  // Bins wider than the deviation were made for another law, and show their own width.
  const { survivorCount, quantileSketch } = last;
  const hasSketch =
    survivorCount >= MINIMUM_FOR_SKETCH &&
    quantileSketch.binWidth <= deviation * Math.sqrt(layerCount);
  const normal = normalQuantiles({ exponent, deviation }, layerCount);
  return {
    layerCount,
    growthQuantiles: normal.map(({ probability, value }) => ({
      probability,
      value: (hasSketch ? sketchQuantile(quantileSketch, probability) : undefined) ?? value,
    })),
    method: hasSketch ? "sketch" : "normal",
    ...(halfLostDepth !== undefined && { halfLostDepth }),
    ...(nineTenthsLostDepth !== undefined && { nineTenthsLostDepth }),
  };
}

/** The probability that a layer leaves the activations alive, exact where it is known. */
function survivalOf(
  { network }: PropagationSpecification,
  { survivorCount, extinctCount }: CheckpointSums,
): number {
  const exact = exactOf(network);
  if (exact !== undefined) return 1 - exact.extinctionProbability;
  return (survivorCount / (survivorCount + extinctCount)) ** (1 / network.depth);
}
