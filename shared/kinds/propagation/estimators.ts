import { estimateExponents } from "../../statistics/estimate.ts";
import type { Estimator } from "../../statistics/estimator.ts";
import { LOG_NORM_GROWTH } from "./observables.ts";

/** The names of λ and σ², the quantities that propagation estimates. */
export type PropagationQuantity = "lyapunovExponent" | "variance";

/** Estimates λ and σ² from the sample mean and the sample variance of the growth only. */
const PLAIN: Estimator<PropagationQuantity> = {
  name: "plain",
  observables: [LOG_NORM_GROWTH],
  estimate: estimateExponents,
};

/**
 * Chooses a run's estimator, by its specification only, since shards depend on the choice. A new
 * estimator's observables belong in observables.ts, and backends must yield them.
 */
export function estimatorOf(): Estimator<PropagationQuantity> {
  return PLAIN;
}
