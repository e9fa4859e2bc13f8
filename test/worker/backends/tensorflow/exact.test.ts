import assert from "node:assert/strict";

import { SAMPLINGS } from "../../../../shared/network/weights.ts";
import type { IsotropicLaw } from "../../../../shared/theory/layer.ts";
import type { Backend } from "../../../../worker/backends/backend.ts";
import { needingTensorflow } from "../../../support/tiers/tiers.ts";
import { growths } from "../tasks.ts";
import { loadedBackend } from "./loaded.ts";

/** λ and σ² per layer at He's gain, from docs/theory.md#reference-values. */
const EXACT: Record<
  IsotropicLaw,
  readonly [width: number, slope: number, lambda: number, variance: number][]
> = {
  gaussian: [
    [2, 0.01, -1.434975, 4.086731],
    [4, 0.2, -0.326573, 0.433544],
    [8, 0.01, -0.214328, 0.367338],
    [16, 0.01, -0.088211, 0.104966],
    [64, 0.01, -0.020049, 0.020743],
  ],
  orthogonal: [
    [2, 0.01, -1.146367, 3.675498],
    [4, 0.2, -0.191392, 0.27231],
    [8, 0.01, -0.149239, 0.296382],
    [16, 0.01, -0.056311, 0.071681],
    [64, 0.01, -0.012196, 0.012808],
  ],
};

const DEPTH = 20;

/** The number of replicas that take some tenths of a second. */
function replicaCount(weights: IsotropicLaw, sampling: string, width: number): number {
  const numbers = sampling === "dense" ? width * width : width;
  const budget = weights === "orthogonal" && sampling === "dense" ? 1_000_000 : 8_000_000;
  return Math.min(20_000, Math.max(500, Math.floor(budget / (DEPTH * numbers))));
}

// 40 thresholds at 4.2 standard errors, with a fixed seed: a correct backend would fail for one seed
// in 900.
needingTensorflow().describe("mean and variance of the log-norm growth, by TensorFlow", () => {
  let backend: Backend;
  before(async () => {
    backend = await loadedBackend();
  });

  for (const weights of ["gaussian", "orthogonal"] as const) {
    for (const sampling of SAMPLINGS) {
      it(`are exact: ${weights}, ${sampling}`, async () => {
        for (const [width, negativeSlope, lambda, variance] of EXACT[weights]) {
          const count = replicaCount(weights, sampling, width);
          const [sample] = await growths(backend, {
            width,
            negativeSlope,
            weights,
            sampling,
            gain: Math.sqrt(2 / (1 + negativeSlope ** 2)),
            depths: [DEPTH],
            replicaCount: count,
          });
          const deviations = (sample as Float64Array).map((s) => s - DEPTH * lambda);
          const moment = (power: number) =>
            deviations.reduce((sum, x) => sum + x ** power, 0) / count;
          const meanScore = moment(1) / Math.sqrt((DEPTH * variance) / count);
          const varianceScore =
            (moment(2) - DEPTH * variance) / Math.sqrt((moment(4) - moment(2) ** 2) / count);
          assert.ok(Math.abs(meanScore) < 4.2, `width ${width}, mean: ${meanScore}`);
          assert.ok(Math.abs(varianceScore) < 4.2, `width ${width}, variance: ${varianceScore}`);
        }
      });
    }
  }
});
