import assert from "node:assert/strict";

import type { WeightLaw } from "../../../shared/network/weights.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { growths, type TaskOptions } from "./tasks.ts";

const SLOPES = [0, 0.01, 0.3, 1, -1, 10, 1e-30, -1e30];

/**
 * Where sparse entries keep units apart, one unit may shrink by the slope in layer after layer
 * while another does not, until it is below 10⁻³⁰⁸ of the norm and lost, in either backend.
 */
const SPARSE_SLOPES = SLOPES.filter(
  (slope) => slope === 0 || Math.abs(Math.log(Math.abs(slope))) < 5,
);

export function slopesOf(weights: WeightLaw): readonly number[] {
  return weights === "sparse_gaussian" ? SPARSE_SLOPES : SLOPES;
}

/** |difference| / √depth of the growths, replica by replica; 0 where both are extinct. */
export async function deviationsOf(
  reference: Backend,
  backend: Backend,
  options: TaskOptions,
): Promise<number[]> {
  const [expected, found] = [await growths(reference, options), await growths(backend, options)];
  return options.depths.flatMap((depth, i) =>
    Array.from(expected[i] as Float64Array, (growth, replica) => {
      const other = found[i]?.[replica] as number;
      return growth === other ? 0 : Math.abs(growth - other) / Math.sqrt(depth);
    }),
  );
}

/**
 * Both backends follow one recipe from words to weights and propagate in float64, so they differ
 * only by rounding. The error of a direction grows by factors whose mean is 1 (for linear networks
 * exactly so: the ratio of a χ_{width−1} and a χ_width). So the chance of an error beyond t falls
 * only as 1/t: it exceeds 10⁻¹² now and then, and the limit leaves room for a thousand times that.
 */
export function assertAgreement(deviations: readonly number[]): void {
  const worst = Math.max(...deviations);
  assert.ok(worst < 1e-9, `worst ${worst}`);
}
