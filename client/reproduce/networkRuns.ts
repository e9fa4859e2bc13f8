import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";
import type { IsotropicLaw } from "../../shared/theory/layer.ts";
import { exactExponents, type Exponents } from "../../shared/theory/exact.ts";
import { shortName } from "../../shared/wire/enumerations.ts";
import type { CheckpointEstimate__Output } from "../../shared/wire/generated/lyapunov/v1/CheckpointEstimate.ts";
import type { Run, Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { parseRequest } from "../sdk/criticalGain.ts";
import { runInput, type Typed } from "../sdk/runInput.ts";
import type { Uncertain } from "./measurements.ts";

/** A network whose exponents are known, and how it is simulated. */
export interface NetworkRun {
  readonly weights: IsotropicLaw;
  readonly width: number;
  readonly depth: number;
  readonly negativeSlope: number;
  readonly gain: Typed;
  readonly replicas: number;
  readonly seed: number;
  readonly checkpoints?: readonly number[];
}

/** The slope of all claims that say nothing else. */
export const SLOPE = 0.01;

/**
 * The request for a run. It draws whole matrices: layers drawn from their exact law would have the
 * theory in them that is to be tested.
 */
export function networkRun(fields: NetworkRun): Run {
  return specificationToMessage(parseRequest(runInput({ ...fields, sampling: "dense" })));
}

/** Requests for runs of one network that differ in their seeds only. */
export function repeated(fields: NetworkRun, times: number): Run[] {
  return Array.from({ length: times }, (_, i) => networkRun({ ...fields, seed: fields.seed + i }));
}

/** The depths 1, 2, 4, … up to a depth. */
export function doublings(depth: number): number[] {
  return Array.from({ length: Math.floor(Math.log2(depth)) + 1 }, (_, i) => 2 ** i);
}

/** Exact exponents of a network, whose gain is 1 where none is given. */
export function exactOf(
  weights: IsotropicLaw,
  width: number,
  negativeSlope = SLOPE,
  gain = 1,
): Exponents {
  const exact = exactExponents({ weights, width, negativeSlope, gain });
  if (exact.extinct) throw new RangeError("networks of ReLUs have no exponent");
  return exact;
}

/** Exact exponents of the network of a run. */
export function exactOfRun({ network }: Run__Output): Exponents {
  const weights =
    shortName("weights", network?.weights) === "orthogonal" ? "orthogonal" : "gaussian";
  return exactOf(weights, network?.width ?? 1, network?.negativeSlope ?? SLOPE, network?.gain ?? 1);
}

/** λ̂ of a run. */
export function exponentOfRun(run: Run__Output): Uncertain {
  const { estimate = NaN, standardError = NaN } = run.lyapunovExponent ?? {};
  return { value: estimate, error: standardError };
}

/** A run's checkpoint at a depth. */
export function checkpointAt(run: Run__Output, depth: number): CheckpointEstimate__Output {
  const found = run.checkpoints.find((checkpoint) => checkpoint.depth === depth);
  if (found === undefined) throw new RangeError(`${run.name} has no checkpoint at depth ${depth}`);
  return found;
}

/** A quantile of the growth at a checkpoint, among those that the contract has. */
export function quantileAt(
  { quantiles }: CheckpointEstimate__Output,
  probability: 0.025 | 0.25 | 0.5 | 0.75 | 0.975,
): number {
  return quantiles.find((quantile) => quantile.probability === probability)?.value ?? NaN;
}

/** Runs by their networks, in the order of their first ones. */
export function byNetwork(runs: readonly Run__Output[]): Run__Output[][] {
  return [...Map.groupBy(runs, networkKey).values()];
}

function networkKey({ network }: Run__Output): string {
  return JSON.stringify([network?.weights, network?.width, network?.negativeSlope, network?.gain]);
}

/** The first of a group of runs. */
export function firstOf(runs: readonly Run__Output[]): Run__Output {
  const [first] = runs;
  if (first === undefined) throw new RangeError("there is no run");
  return first;
}
