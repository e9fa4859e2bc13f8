import type { PropagationSpecification } from "../../shared/kinds/propagation/specification.ts";
import type { MachineRate, Range } from "./machineRate.ts";
import { exactVariance, predictedReplicas } from "./prediction.ts";

/** Standard errors of a measured σ² that a prediction allows for. */
const ERRORS = 2;

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
