import studentQuantile from "@stdlib/stats-base-dists-t-quantile";
import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

import { percent } from "../text/numbers.ts";
import type { CheckpointEstimate__Output } from "../wire/generated/lyapunov/v1/CheckpointEstimate.ts";
import type { Run__Output } from "../wire/generated/lyapunov/v1/Run.ts";
import type { Estimated } from "./chart.ts";

/** Exact values, for survivors where λ = −∞; undefined where no closed form is known. */
export function exactExponents(
  run: Run__Output,
): { readonly lyapunovExponent: number; readonly variance: number } | undefined {
  const exact = run.lyapunovExponent?.extinct === true ? run.exact?.survivors : run.exact;
  if (exact?.lyapunovExponent === undefined || exact.variance === undefined) return undefined;
  return { lyapunovExponent: exact.lyapunovExponent, variance: exact.variance };
}

/** The words ` of survivors` for a run whose estimates are theirs, else nothing. */
export function ofSurvivors(run: Run__Output): string {
  return run.lyapunovExponent?.extinct === true ? " of survivors" : "";
}

/** The level of the run's intervals, such as `95 %`. */
export function levelLabel({ level }: Run__Output): string {
  return percent(level);
}

/** Number of layers whose growth is in the sums at a depth: all but the burn-in. */
export function layersAt(run: Run__Output, depth = run.network?.depth ?? 1): number {
  return depth - run.burnIn;
}

/** Mean growth per layer down to a checkpoint, with its interval by Student's t. */
export function meanGrowth(
  run: Run__Output,
  { depth, mean, variance, survivorCount }: CheckpointEstimate__Output,
): Estimated | undefined {
  if (mean === undefined || variance === undefined) return undefined;
  const count = Number(survivorCount);
  const layers = layersAt(run, depth);
  const half =
    (studentQuantile((1 + run.level) / 2, count - 1) * Math.sqrt(variance / count)) / layers;
  return { x: depth, y: mean / layers, lower: mean / layers - half, upper: mean / layers + half };
}

/** Half the width of the normal law's interval at the run's level, in standard deviations. */
export function normalHalfWidth({ level }: Run__Output): number {
  return normalQuantile((1 + level) / 2, 0, 1);
}
