import type { Estimate } from "./estimate.ts";

/**
 * Estimates the critical gain from a run at another gain: λ(g) = λ(1) + log g for every weight law,
 * so that λ is zero at g_crit = g e^(−λ(g)).
 *
 * The estimate is g e^(−λ̂). Its standard error is, by the delta method, g_crit times that of λ̂. The
 * interval is that of λ̂, transformed, so that it covers g_crit as often as λ̂'s covers λ.
 *
 * Undefined where no double holds it: λ̂ can be any number, and e^710 overflows.
 */
export function criticalGain(gain: number, exponent: Estimate): Estimate | undefined {
  const at = (lyapunovExponent: number) => gain * Math.exp(-lyapunovExponent);
  const estimate = at(exponent.estimate);
  const [lower, upper] = [at(exponent.upper), at(exponent.lower)];
  if (!(lower > 0 && Number.isFinite(upper))) return undefined;
  return {
    estimate,
    standardError: estimate * exponent.standardError,
    lower,
    upper,
    level: exponent.level,
    method: "log_student_t",
  };
}
