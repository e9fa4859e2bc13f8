import { given, significant } from "../../../shared/text/numbers.ts";
import { exponentOf, varianceOf } from "../../../shared/charts/verdict.ts";
import type { Estimate__Output } from "../../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";

/** Whether the run has ended without the precision that was asked for. */
export function hasMissedTarget({ targetMet }: Run__Output): boolean {
  return targetMet === false;
}

/**
 * Compares the errors with the targets: `standard error of λ̂ 0.0013, target 1e-12`; empty for a run
 * without targets.
 */
export function targetText(run: Run__Output): string {
  const { precision } = run.stoppingRule ?? {};
  if (!precision) return "";
  const compared: readonly (readonly [
    string,
    number | undefined,
    Estimate__Output | null | undefined,
  ])[] = [
    ["λ̂", precision.lyapunovExponent, exponentOf(run)],
    ["σ̂²", precision.variance, varianceOf(run)],
    ...Object.entries(precision.targets).map(
      ([name, target]) => [name, target, run.estimates[name]] as const,
    ),
  ];
  return compared
    .flatMap(([symbol, target, estimate]) => {
      if (target === undefined) return [];
      const { standardError } = estimate ?? {};
      const error = standardError === undefined ? "unknown" : significant(standardError, 2);
      return [`standard error of ${symbol} ${error}, target ${given(target)}`];
    })
    .join("; ");
}
