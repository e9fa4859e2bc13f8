import assert from "node:assert/strict";

import type { Backend } from "../../../../worker/backends/backend.ts";
import { loadBackend } from "../../../../worker/backends/registry.ts";
import { needingTensorflow } from "../../../support/tiers/tiers.ts";
import { growths, type TaskOptions } from "../tasks.ts";
import { loadedBackend } from "./loaded.ts";

/** Weights that each backend draws for a network. */
const WEIGHTS = { tensorflow: 4_000_000, simd: 40_000_000 } as const;
const DEPTH = 16;

interface Sample {
  readonly mean: number;
  readonly meanError: number;
  readonly variance: number;
  readonly varianceError: number;
  readonly extinct: number;
  readonly count: number;
}

function summarise(values: Float64Array): Sample {
  const survivors = values.filter((value) => value !== -Infinity);
  const n = survivors.length;
  const mean = survivors.reduce((sum, value) => sum + value, 0) / n;
  const moment = (power: number) =>
    survivors.reduce((sum, value) => sum + (value - mean) ** power, 0) / n;
  return {
    mean,
    meanError: Math.sqrt(moment(2) / n),
    variance: moment(2),
    varianceError: Math.sqrt((moment(4) - moment(2) ** 2) / n),
    extinct: values.length - n,
    count: values.length,
  };
}

// 26 thresholds at 4.2 standard errors, with fixed seeds: a correct backend would fail for one choice
// of seeds in 1400.
needingTensorflow().describe("networks by TensorFlow have the law of those by simd", () => {
  let tensorflow: Backend;
  let simd: Backend;
  before(async () => {
    [tensorflow, simd] = [await loadedBackend(), await loadBackend("simd")];
  });

  const samples = async (options: Omit<TaskOptions, "replicaCount" | "depths" | "sampling">) => {
    const sample = async (backend: Backend, weights: number, seed: bigint) => {
      const replicaCount = Math.min(50_000, Math.floor(weights / (DEPTH * options.width ** 2)));
      const common = { sampling: "dense", depths: [DEPTH], replicaCount, seed } as const;
      const [values] = await growths(backend, { ...options, ...common });
      return summarise(values as Float64Array);
    };
    return [
      await sample(tensorflow, WEIGHTS.tensorflow, 3n),
      await sample(simd, WEIGHTS.simd, 4n),
    ] as const;
  };

  for (const [weights, width, negativeSlope] of [
    ["uniform", 1, 0.3],
    ["uniform", 3, 10],
    ["uniform", 8, 0],
    ["uniform", 16, -1],
    ["truncated_normal", 1, -1],
    ["truncated_normal", 3, -1],
    ["truncated_normal", 8, 10],
    ["truncated_normal", 16, 0.01],
    ["rademacher", 4, 0.3],
    ["rademacher", 8, 10],
    ["rademacher", 16, 0.01],
    ["gaussian", 1, 0.01],
    ["gaussian", 3, 1e-20],
  ] as const) {
    it(`${weights}, width ${width}, slope ${negativeSlope}`, async () => {
      const [found, expected] = await samples({ weights, width, negativeSlope });
      const meanScore =
        (found.mean - expected.mean) / Math.hypot(found.meanError, expected.meanError);
      const varianceScore =
        (found.variance - expected.variance) /
        Math.hypot(found.varianceError, expected.varianceError);
      assert.ok(Math.abs(meanScore) < 4.2, `mean: ${meanScore}`);
      assert.ok(Math.abs(varianceScore) < 4.2, `variance: ${varianceScore}`);
    });
  }

  it("Rademacher weights cancel exactly as often", async () => {
    const [found, expected] = await samples({
      weights: "rademacher",
      width: 4,
      negativeSlope: 0.3,
    });
    const share = (found.extinct + expected.extinct) / (found.count + expected.count);
    const spread = Math.sqrt(share * (1 - share) * (1 / found.count + 1 / expected.count));
    const score = (found.extinct / found.count - expected.extinct / expected.count) / spread;
    assert.ok(expected.extinct > 50, `only ${expected.extinct} died`);
    assert.ok(Math.abs(score) < 4.2, `${score}`);
  });

  it("refuses in a sentence a law that TensorFlow cannot draw", async () => {
    for (const weights of ["student_t", "sparse_gaussian"] as const) {
      await assert.rejects(
        samples({ weights, width: 4 }),
        new RegExp(`backend tensorflow: it cannot draw ${weights} weights; choose another`),
      );
    }
  });
});
