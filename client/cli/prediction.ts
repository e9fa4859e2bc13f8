import { survivalBound } from "../../shared/network/extinction.ts";
import { isIsotropicNetwork, type Network } from "../../shared/network/network.ts";
import type { PropagationSpecification } from "../../shared/kinds/propagation/specification.ts";
import type { MachineRate, Range } from "./machineRate.ts";
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
  ];
  const replicas = Math.ceil(Math.max(...targets) / survivalBound(network));
  return Math.min(replicas, precision.maximumReplicaCount);
}

/** Seconds that replicas take at a rate in replica-layers per second. */
function predictedSeconds(
  { network }: PropagationSpecification,
  replicas: number,
  replicaLayersPerSecond: number,
): number {
  return (replicas * network.depth) / replicaLayersPerSecond;
}

/** What a run will take, and how sure that is. */
export interface Prediction {
  /** Replicas that the run takes; null where that depends on σ², which is not known. */
  readonly replicaCount: number | null;
  readonly seconds: number | null;
  /** Seconds at the slowest and the fastest that the machine was, and with σ² to two errors. */
  readonly secondsRange: Range | null;
  /** The σ² by which a precision was turned into replicas; null where there was no need. */
  readonly variance: { readonly value: number; readonly source: "exact" | "measured" } | null;
}

/** Predicts what a run takes on a machine. */
export function predictRun(
  specification: PropagationSpecification,
  { replicaLayersPerSecond, range, measuredVariance, varianceShare }: MachineRate,
): Prediction {
  const exact = exactVariance(specification.network);
  const variance = exact ?? measuredVariance;
  const doubt = exact === undefined ? ERRORS * (varianceShare ?? 0) : 0;
  const secondsWith = (factor: number, rate: number) => {
    const replicas = predictedReplicas(
      specification,
      variance === undefined ? undefined : variance * factor,
    );
    return replicas === undefined ? null : predictedSeconds(specification, replicas, rate);
  };
  const least = secondsWith(Math.max(0, 1 - doubt), range.upper);
  const most = secondsWith(1 + doubt, range.lower);
  return {
    replicaCount: predictedReplicas(specification, variance) ?? null,
    seconds: secondsWith(1, replicaLayersPerSecond),
    secondsRange: least === null || most === null ? null : { lower: least, upper: most },
    variance:
      specification.stoppingRule.kind === "replicas" || variance === undefined
        ? null
        : { value: variance, source: exact === undefined ? "measured" : "exact" },
  };
}

/** Standard errors of a measured σ² that a prediction allows for. */
const ERRORS = 2;
