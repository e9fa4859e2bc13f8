import assert from "node:assert/strict";
import type { Sampling } from "../../../shared/network/weights.ts";
import type { IsotropicLaw } from "../../../shared/theory/layer.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { growths } from "./tasks.ts";

/** λ and σ² per layer at He's gain, from docs/theory.md#reference-values. */
const EXACT: {
  width: number;
  negativeSlope: number;
  exact: Record<IsotropicLaw, readonly [lambda: number, variance: number]>;
}[] = [
  exactly(2, 0.01, [-1.434975, 4.086731], [-1.146367, 3.675498]),
  exactly(4, 0.2, [-0.326573, 0.433544], [-0.191392, 0.27231]),
  exactly(8, 0.01, [-0.214328, 0.367338], [-0.149239, 0.296382]),
  exactly(16, 0.01, [-0.088211, 0.104966], [-0.056311, 0.071681]),
  exactly(64, 0.01, [-0.020049, 0.020743], [-0.012196, 0.012808]),
];

function exactly(
  width: number,
  negativeSlope: number,
  gaussian: readonly [number, number],
  orthogonal: readonly [number, number],
) {
  return { width, negativeSlope, exact: { gaussian, orthogonal } };
}

/** The depth at which growths are compared with exact values. */
export const EXACT_DEPTH = 20;

/**
 * Compares mean and variance of growths with the exact values, at 4 standard errors. Widths at which
 * `replicaCount` gives fewer than 500 replicas are left out.
 */
export async function assertExactGrowths(
  backend: Backend,
  { weights, sampling }: { readonly weights: IsotropicLaw; readonly sampling: Sampling },
  replicaCount: (width: number) => number,
): Promise<void> {
  for (const { width, negativeSlope, exact } of EXACT) {
    const count = replicaCount(width);
    if (count < 500) continue;
    const [sample] = await growths(backend, {
      width,
      negativeSlope,
      weights,
      sampling,
      gain: Math.sqrt(2 / (1 + negativeSlope ** 2)),
      depths: [EXACT_DEPTH],
      replicaCount: count,
    });
    const [lambda, variance] = exact[weights];
    const deviations = (sample as Float64Array).map((s) => s - EXACT_DEPTH * lambda);
    const moment = (power: number) => deviations.reduce((sum, x) => sum + x ** power, 0) / count;
    const meanScore = moment(1) / Math.sqrt((EXACT_DEPTH * variance) / count);
    const varianceScore =
      (moment(2) - EXACT_DEPTH * variance) / Math.sqrt((moment(4) - moment(2) ** 2) / count);
    assert.ok(Math.abs(meanScore) < 4, `width ${width}, mean: ${meanScore}`);
    assert.ok(Math.abs(varianceScore) < 4, `width ${width}, variance: ${varianceScore}`);
  }
}
