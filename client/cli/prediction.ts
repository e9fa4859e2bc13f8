import { survivalBound } from "../../shared/network/extinction.ts";
import { isIsotropicNetwork, type Network } from "../../shared/network/network.ts";
import type { PropagationSpecification } from "../../shared/kinds/propagation/specification.ts";
import { exactExponents } from "../../shared/theory/exact.ts";

/** σ² in closed form, of survivors where λ = −∞; undefined where there is none. */
export function exactVariance(network: Network): number | undefined {
  if (!isIsotropicNetwork(network)) return undefined;
  const exact = exactExponents(network);
  return exact.variance ?? exact.survivors?.variance;
}

/**
 * Replicas that a run will take. A precision is turned into them by σ²: over L layers the standard
 * error of λ̂ is √(σ²/(L·R)), and that of σ̂² nearly σ²·√(2/R), for R survivors; as many replicas more
 * as go extinct are needed. Undefined if σ² is needed and not known.
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
  ];
  const replicas = Math.ceil(Math.max(...targets) / survivalBound(network));
  return Math.min(replicas, precision.maximumReplicaCount);
}

/** Seconds that so many replicas take at a rate in replica-layers a second. */
export function predictedSeconds(
  { network }: PropagationSpecification,
  replicas: number,
  replicaLayersPerSecond: number,
): number {
  return (replicas * network.depth) / replicaLayersPerSecond;
}
