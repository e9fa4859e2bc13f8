import { estimateExponents } from "../../statistics/estimate.ts";
import type { Estimator } from "../../statistics/estimator.ts";
import { LOG_NORM_GROWTH } from "./observables.ts";

/** λ and σ². */
export type PropagationQuantity = "lyapunovExponent" | "variance";

/** λ̂ and σ̂² from the sample mean and the sample variance of the growth, and nothing else. */
const PLAIN: Estimator<PropagationQuantity> = {
  name: "plain",
  observables: [LOG_NORM_GROWTH],
  estimate: estimateExponents,
};

/** Chooses the estimator of a run: a function of its specification, for shards depend on it. */
export function estimatorOf(): Estimator<PropagationQuantity> {
  return PLAIN;
}
