import type { CheckpointSums, ReplicaSums } from "../../statistics/replicaSums.ts";
import type { ExponentEstimates } from "../../statistics/estimate.ts";
import type { Exponents } from "../../theory/exact.ts";
import type { Estimate as EstimateMessage } from "../../wire/generated/lyapunov/v1/Estimate.ts";
import type { EstimateFields } from "../kind.ts";
import { estimatorOf } from "./estimators.ts";
import { exactOf } from "./exactFields.ts";
import type { PropagationQuantity, PropagationSpecification } from "./specification.ts";

/** Least survivors for a z-score; with fewer, a ratio to a standard error says nothing. */
const MINIMUM_FOR_Z = 30;
/** Below this σ² the exact law does not fluctuate, and a z-score would measure only rounding. */
const CONSTANT_VARIANCE = 1e-12;

interface ExponentFields {
  readonly lyapunovExponent: EstimateMessage;
  readonly variance: EstimateMessage;
}

/** λ̂ and σ̂² at the full depth; undefined while fewer than two survivors are known. */
export function finalEstimates(
  specification: PropagationSpecification,
  { checkpoints }: ReplicaSums,
): ExponentEstimates | undefined {
  const { network, burnIn, level } = specification;
  const last = checkpoints.at(-1);
  return last && estimatorOf(specification).estimate(last, network.depth - burnIn, level);
}

/** λ̂ and σ̂² of the survivors in the sums, with z-scores against their exact values. */
function exponentFields(
  specification: PropagationSpecification,
  sums: ReplicaSums | undefined,
  exact: Exponents | undefined,
): ExponentFields {
  const { level } = specification;
  const estimates = sums && finalEstimates(specification, sums);
  const survivorCount = sums?.checkpoints.at(-1)?.survivorCount ?? 0;
  const comparable = survivorCount >= MINIMUM_FOR_Z && (exact?.variance ?? 0) > CONSTANT_VARIANCE;
  const message = (quantity: PropagationQuantity): EstimateMessage => {
    const estimate = estimates?.[quantity];
    if (estimate === undefined) return { level };
    if (!exact || !comparable || estimate.standardError === 0) return { ...estimate };
    return { ...estimate, z: (estimate.estimate - exact[quantity]) / estimate.standardError };
  };
  return { lyapunovExponent: message("lyapunovExponent"), variance: message("variance") };
}

/**
 * The estimates of a run for clients. Where λ = −∞, which is not a number to estimate, the
 * estimates are those of the survivors. That is so once a replica has gone extinct, and for ReLU
 * from the start: all laws are symmetric, so that a ReLU layer kills with a probability of 2^−width
 * or more.
 */
export function estimateFields(
  specification: PropagationSpecification,
  sums: ReplicaSums | undefined,
): EstimateFields & ExponentFields {
  const exact = exactOf(specification.network);
  const last: CheckpointSums | undefined = sums?.checkpoints.at(-1);
  const isExtinct = specification.network.negativeSlope === 0 || (last?.extinctCount ?? 0) > 0;
  if (!isExtinct) {
    return exponentFields(specification, sums, exact?.extinct === false ? exact : undefined);
  }
  const nothing: EstimateMessage = { level: specification.level, extinct: true };
  return {
    lyapunovExponent: { ...nothing, method: "student_t" },
    variance: { ...nothing, method: "chi_squared" },
    survivors: {
      ...exponentFields(specification, sums, exact?.survivors ?? undefined),
      survivalRatio: sums && last ? last.survivorCount / sums.replicaCount : 1,
    },
  };
}
