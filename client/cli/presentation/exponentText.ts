import { withError } from "../../../shared/text/numbers.ts";
import { exponentOf } from "../../../shared/charts/verdict.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";

/** λ̂ with its error; where λ = −∞, that first, and the survivors' estimate named as theirs. */
export function exponentText(run: Run__Output): string {
  const estimate = exponentOf(run);
  const text = withError(estimate?.estimate, estimate?.standardError);
  if (run.lyapunovExponent?.extinct !== true) return text;
  return estimate?.estimate === undefined ? "−∞" : `−∞ (survivors ${text})`;
}
