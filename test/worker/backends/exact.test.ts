import assert from "node:assert/strict";
import {
  PROCESSOR_BACKENDS,
  type ProcessorBackend,
} from "../../../shared/specification/backends.ts";
import { isIsotropic, type Sampling } from "../../../shared/network/weights.ts";
import type { IsotropicLaw } from "../../../shared/theory/layer.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { growths, KINDS, loadBackends } from "./tasks.ts";

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

const DEPTH = 20;

/** The number of replicas that take about a tenth of a second. */
function replicaCount(backend: ProcessorBackend, sampling: Sampling, width: number): number {
  const operations = sampling === "dense" ? width * width : 10;
  const budget = backend === "simd" ? 20_000_000 : 2_000_000;
  return Math.min(50_000, Math.floor(budget / (DEPTH * operations)));
}

// 72 thresholds at 4 standard errors, with fixed seeds: a correct backend would fail for one choice
// of seeds in 200.
describe("mean and variance of the log-norm growth", () => {
  let backends: Record<ProcessorBackend, Backend>;
  before(async () => {
    backends = await loadBackends();
  });

  for (const name of PROCESSOR_BACKENDS) {
    for (const { weights, sampling } of KINDS) {
      if (!isIsotropic(weights)) continue;
      it(`are exact: ${name}, ${weights}, ${sampling}`, async () => {
        for (const { width, negativeSlope, exact } of EXACT) {
          const count = replicaCount(name, sampling, width);
          if (count < 500) continue;
          const [sample] = await growths(backends[name], {
            width,
            negativeSlope,
            weights,
            sampling,
            gain: Math.sqrt(2 / (1 + negativeSlope ** 2)),
            depths: [DEPTH],
            replicaCount: count,
          });
          const [lambda, variance] = exact[weights];
          const deviations = (sample as Float64Array).map((s) => s - DEPTH * lambda);
          const moment = (power: number) =>
            deviations.reduce((sum, x) => sum + x ** power, 0) / count;
          const meanScore = moment(1) / Math.sqrt((DEPTH * variance) / count);
          const varianceScore =
            (moment(2) - DEPTH * variance) / Math.sqrt((moment(4) - moment(2) ** 2) / count);
          assert.ok(Math.abs(meanScore) < 4, `width ${width}, mean: ${meanScore}`);
          assert.ok(Math.abs(varianceScore) < 4, `width ${width}, variance: ${varianceScore}`);
        }
      });
    }
  }
});
