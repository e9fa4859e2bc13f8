import {
  estimateExponents,
  type Estimate,
  type ExponentEstimates,
} from "../../shared/statistics/estimate.ts";
import type { RunSpecification } from "../../shared/specification/specification.ts";
import type { CheckpointSums, ReplicaSums } from "../../shared/statistics/replicaSums.ts";
import type { ExactExponents, Exponents } from "../../shared/theory/exact.ts";
import type { Estimate as EstimateMessage } from "../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";

/** With fewer replicas, a ratio to a standard error says nothing. */
const MINIMUM_FOR_Z = 30;
/** Below this σ², the exact law does not fluctuate and a z-score would only measure rounding. */
const CONSTANT_VARIANCE = 1e-12;

interface EstimateMessages {
  readonly lyapunovExponent: EstimateMessage;
  readonly variance: EstimateMessage;
}

/** λ̂ and σ̂² of the survivors in the sums, compared with the values that are exact for them. */
function estimateMessages(
  { network, burnIn, level }: RunSpecification,
  sums: ReplicaSums | undefined,
  exact: Exponents | undefined,
): EstimateMessages {
  const last = sums?.checkpoints.at(-1);
  const estimates = last && estimateExponents(last, network.depth - burnIn, level);
  const comparable =
    (last?.survivorCount ?? 0) >= MINIMUM_FOR_Z && (exact?.variance ?? 0) > CONSTANT_VARIANCE;
  const message = (name: keyof ExponentEstimates): EstimateMessage => {
    const estimate: Estimate | undefined = estimates?.[name];
    if (estimate === undefined) return { level };
    if (!exact || !comparable || estimate.standardError === 0) return { ...estimate };
    return { ...estimate, z: (estimate.estimate - exact[name]) / estimate.standardError };
  };
  return { lyapunovExponent: message("lyapunovExponent"), variance: message("variance") };
}

/**
 * The estimates of a run; where λ = −∞ is no number to estimate, those of survivors beside it. That
 * is where a replica has gone extinct, and for ReLU even if none has yet: all laws are symmetric, so
 * that a layer of it kills with a probability of 2^−width or more.
 */
export function runEstimates(
  specification: RunSpecification,
  sums: ReplicaSums | undefined,
  exact: ExactExponents | undefined,
): EstimateMessages & Pick<Run, "survivors"> {
  const last: CheckpointSums | undefined = sums?.checkpoints.at(-1);
  const isExtinct = specification.network.negativeSlope === 0 || (last?.extinctCount ?? 0) > 0;
  if (!isExtinct) {
    return estimateMessages(specification, sums, exact?.extinct === false ? exact : undefined);
  }
  const nothing: EstimateMessage = { level: specification.level, extinct: true };
  return {
    lyapunovExponent: { ...nothing, method: "student_t" },
    variance: { ...nothing, method: "log_normal" },
    survivors: {
      ...estimateMessages(specification, sums, exact?.survivors ?? undefined),
      survivalRatio: sums && last ? last.survivorCount / sums.replicaCount : 1,
    },
  };
}
