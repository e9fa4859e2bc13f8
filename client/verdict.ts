import type { Estimate__Output } from "../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run__Output } from "../shared/wire/generated/lyapunov/v1/Run.ts";

/** Standard errors within which λ̂ counts as zero; true zeros fall outside in 1 of 16,000 runs. */
const ZERO_WITHIN = 4;
const FACTOR = 1000;

/**
 * The depth at which the typical network — whose log-norm grows by λ a layer — has lost or gained a
 * factor 1000; undefined where λ̂ is zero to within its error, or not known.
 */
export function depthOfFactor1000(run: Run__Output): number | undefined {
  const estimate = exponentOf(run);
  if (estimate?.estimate === undefined || isZero(estimate)) return undefined;
  return Math.ceil(Math.log(FACTOR) / Math.abs(estimate.estimate));
}

/** What the estimate means for somebody who initializes such a network, in one sentence. */
export function verdict(run: Run__Output): string {
  const depth = run.network?.depth ?? 0;
  const estimate = exponentOf(run);
  if (estimate?.estimate === undefined) return "Unknown: too few replicas.";
  const among = run.lyapunovExponent?.extinct === true ? extinction(run) : "";
  if (isZero(estimate)) return `${among}Holds: on the critical line, no typical gain or loss at any depth.`;
  const logFactor = Math.abs(estimate.estimate) * depth;
  const verb = estimate.estimate < 0 ? "shrinks" : "grows";
  const name = estimate.estimate < 0 ? "Vanishes" : "Explodes";
  if (logFactor < Math.LN2) {
    return `${among}Drifts: the typical network ${verb} by a factor ${factor(logFactor)} over ${depth} layers.`;
  }
  return `${among}${name}: the typical network ${verb} by a factor ${factor(logFactor)} over ${depth} layers.`;
}

/** λ̂, of the survivors where λ itself is −∞. */
export function exponentOf(run: Run__Output): Estimate__Output | null | undefined {
  return run.lyapunovExponent?.extinct === true
    ? run.survivors?.lyapunovExponent
    : run.lyapunovExponent;
}

/** σ̂², of the survivors where λ is −∞. */
export function varianceOf(run: Run__Output): Estimate__Output | null | undefined {
  return run.lyapunovExponent?.extinct === true ? run.survivors?.variance : run.variance;
}

function isZero({ estimate = 0, standardError = 0 }: Estimate__Output): boolean {
  return Math.abs(estimate) <= ZERO_WITHIN * standardError;
}

function extinction(run: Run__Output): string {
  return `${run.extinctCount} of ${run.replicaCount} died (λ = −∞); of the survivors: `;
}

/** e^logFactor, readable where it overflows too. */
function factor(logFactor: number): string {
  const exponent = logFactor / Math.LN10;
  if (exponent < 3) return Math.exp(logFactor).toPrecision(3);
  const power = Math.floor(exponent);
  return `${(10 ** (exponent - power)).toFixed(1)}·10^${power}`;
}
