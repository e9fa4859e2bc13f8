import { estimateExponents } from "../../statistics/estimate.ts";
import type { Estimator } from "../../statistics/estimator.ts";
import type { PropagationQuantity, PropagationSpecification } from "./specification.ts";
import { LOG_NORM_GROWTH } from "./observables.ts";

/** Estimates λ and σ² from the sample mean and the sample variance of the growth only. */
const PLAIN: Estimator<PropagationQuantity> = {
  name: "plain",
  observables: [LOG_NORM_GROWTH],
  estimate: estimateExponents,
};

/** Chooses a run's estimator, by its specification only, since shards depend on the choice. */
export function estimatorOf(
  _specification: PropagationSpecification,
): Estimator<PropagationQuantity> {
  return PLAIN;
}
