import { factor } from "../text/numbers.ts";
import type { Estimate__Output } from "../wire/generated/lyapunov/v1/Estimate.ts";
import type { Run__Output } from "../wire/generated/lyapunov/v1/Run.ts";

/**
 * Standard errors within which λ̂ counts as zero; with many replicas, a true zero falls outside in
 * 1 of 16,000 runs.
 */
const ZERO_WITHIN = 4;
/**
 * An estimate decides nothing if its error leaves the growth over the depth open by this, a factor
 * 10.
 */
const LOG_UNDECIDED = Math.LN10;
const FACTOR = 1000;
/** Changes of the log-norm over the whole depth that are smaller count as rounding. */
const ROUNDING = 1e-3;

/**
 * The depth at which the typical network — whose log-norm grows by λ a layer — has lost or gained a
 * factor 1000; undefined where λ̂ is zero to within its error, or not known.
 */
export function depthOfFactor1000(run: Run__Output): number | undefined {
  const estimate = exponentOf(run);
  const depth = run.network?.depth ?? 1;
  if (estimate?.estimate === undefined || isZero(estimate, depth)) return undefined;
  return Math.ceil(Math.log(FACTOR) / Math.abs(estimate.estimate));
}

/** What the estimate means for somebody who initializes such a network, in one sentence. */
export function verdict(run: Run__Output): string {
  const estimate = exponentOf(run);
  const extinct = run.lyapunovExponent?.extinct === true;
  if (estimate?.estimate === undefined) {
    return extinct ? `Dies: λ = −∞, ${extinctions(run)}.` : "Unknown: too few replicas.";
  }
  const [name, fate] = growth(estimate, estimate.estimate, run.network?.depth ?? 1);
  return extinct ? `Dies: λ = −∞, ${extinctions(run)}; a survivor ${fate}.` : `${name}: ${fate}.`;
}

function growth(estimate: Estimate__Output, exponent: number, depth: number): [string, string] {
  const layers = depth === 1 ? "1 layer" : `${depth} layers`;
  if (isZero(estimate, depth)) {
    const bound = ZERO_WITHIN * (estimate.standardError ?? 0) * depth;
    return bound <= LOG_UNDECIDED
      ? [
          "Holds",
          `typically neither shrinks nor grows more than ${factor(bound)}-fold over ${layers}`,
        ]
      : [
          "Undecided",
          `typically shrinks or grows up to ${factor(bound)}-fold over ${layers}: give more replicas`,
        ];
  }
  const logFactor = Math.abs(exponent) * depth;
  const fate = `typically ${exponent < 0 ? "shrinks" : "grows"} ${factor(logFactor, (estimate.standardError ?? 0) * depth)}-fold over ${layers}`;
  if (logFactor < Math.LN2) return ["Drifts", fate];
  return [exponent < 0 ? "Vanishes" : "Explodes", fate];
}

function extinctions(run: Run__Output): string {
  return `${run.extinctCount} of ${run.replicaCount} extinct`;
}

/** λ̂, for survivors where λ itself is −∞. */
export function exponentOf(
  run: Pick<Run__Output, "lyapunovExponent" | "survivors">,
): Estimate__Output | null | undefined {
  return run.lyapunovExponent?.extinct === true
    ? run.survivors?.lyapunovExponent
    : run.lyapunovExponent;
}

/** σ̂², for survivors where λ is −∞. */
export function varianceOf(run: Run__Output): Estimate__Output | null | undefined {
  return run.lyapunovExponent?.extinct === true ? run.survivors?.variance : run.variance;
}

/**
 * Whether λ̂ is zero to within its error; where nothing fluctuates there is none, and rounding
 * counts as zero.
 */
function isZero({ estimate = 0, standardError = 0 }: Estimate__Output, depth: number): boolean {
  const size = Math.abs(estimate);
  return size <= ZERO_WITHIN * standardError || size * depth < ROUNDING;
}
