import { survivalBound } from "../../shared/network/extinction.ts";
import { isIsotropicNetwork, type Network } from "../../shared/network/network.ts";
import type { PropagationSpecification } from "../../shared/kinds/propagation/specification.ts";
import { LEAST_SURVIVOR_COUNT } from "../../shared/specification/stoppingRule.ts";
import { exactExponents } from "../../shared/theory/exact.ts";

/** σ² in closed form, for survivors where λ = −∞; undefined where no closed form is known. */
export function exactVariance(network: Network): number | undefined {
  if (!isIsotropicNetwork(network)) return undefined;
  const exact = exactExponents(network);
  return exact.variance ?? exact.survivors?.variance;
}

/**
 * Number of replicas that a run will take; undefined if it depends on σ² and that is not known. A
 * precision needs R survivors where the standard error of λ̂ over L layers is √(σ²/(L·R)), and that of
 * σ̂² nearly σ²·√(2/R); replicas that go extinct come on top.
 */
export function predictedReplicas(
  { network, burnIn, stoppingRule }: PropagationSpecification,
  variance: number | undefined,
): number | undefined {
  if (stoppingRule.kind === "replicas") return stoppingRule.replicaCount;
  if (variance === undefined) return undefined;
  const { precision } = stoppingRule;
  const layers = network.depth - burnIn;
  const targets = [
    variance / layers / (precision.lyapunovExponent ?? Infinity) ** 2,
    2 * (variance / (precision.variance ?? Infinity)) ** 2,
    precision.minimumReplicaCount,
    LEAST_SURVIVOR_COUNT,
  ];
  const replicas = Math.ceil(Math.max(...targets) / survivalBound(network));
  return Math.min(replicas, precision.maximumReplicaCount);
}
