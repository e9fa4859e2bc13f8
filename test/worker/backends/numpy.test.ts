import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { WeightLaw } from "../../../shared/network/weights.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { scaled } from "../../support/tiers/scale.ts";
import { slow } from "../../support/tiers/tiers.ts";
import { growths, loadBackends } from "./tasks.ts";

/** Results of numpy/simulate.py, an independent simulation; its header documents the columns. */
const ROWS = readFileSync(join(import.meta.dirname, "numpy/simulated.txt"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split(" "));

/** Weights to propagate for a row, which take a fraction of a second; fewer below scale 1. */
const WEIGHTS = Math.min(3e8, scaled(3e8));

/**
 * Largest z-score. There are 80 of estimates and 5 of extinctions, with fixed seeds: a correct
 * backend would exceed 4.5 for one choice of seeds in 1700.
 */
const LIMIT = 4.5;

interface Sample {
  readonly count: number;
  readonly extinct: number;
  readonly exponent: readonly [estimate: number, error: number];
  readonly variance: readonly [estimate: number, error: number];
}

function summarise(values: Float64Array, depth: number): Sample {
  const survivors = values.filter((value) => value !== -Infinity);
  const n = survivors.length;
  const mean = survivors.reduce((sum, value) => sum + value, 0) / n;
  const moment = (power: number) =>
    survivors.reduce((sum, value) => sum + (value - mean) ** power, 0) / n;
  const variance = (moment(2) * n) / (n - 1);
  const varianceError = Math.sqrt((moment(4) - ((n - 3) / (n - 1)) * variance ** 2) / n);
  return {
    count: values.length,
    extinct: values.length - n,
    exponent: [mean / depth, Math.sqrt(variance / n) / depth],
    variance: [variance / depth, varianceError / depth],
  };
}

function score([a, errorA]: readonly [number, number], [b, errorB]: readonly [number, number]) {
  return (a - b) / Math.hypot(errorA, errorB);
}

slow("compare the laws with NumPy's simulation").describe(
  "against an independent simulation in NumPy, backend simd",
  () => {
    let simd: Backend;
    before(async () => {
      simd = (await loadBackends()).simd;
    });

    it("has rows of every law to compare with", () => {
      assert.equal(ROWS.length, 40);
      assert.equal(new Set(ROWS.map(([law]) => law)).size, 7);
    });

    for (const [index, row] of ROWS.entries()) {
      const [law, parameter, ...numbers] = row;
      const [width, negativeSlope, depth, count, , extinct, ...estimates] = numbers.map(Number) as [
        ...[number, number, number, number, number, number, number, number, number, number],
      ];
      const [exponent, exponentError, variance, varianceError] = estimates;
      it(`agrees: ${law} ${parameter}, width ${width}, slope ${negativeSlope}`, async () => {
        const replicaCount = Math.min(65_536, Math.ceil(WEIGHTS / (depth * width * width)));
        const [values] = await growths(simd, {
          weights: law as WeightLaw,
          ...(parameter !== "-" && { parameter: Number(parameter) }),
          width,
          negativeSlope,
          sampling: "dense",
          gain: Math.sqrt(2 / (1 + negativeSlope ** 2)),
          depths: [depth],
          replicaCount,
          seed: BigInt(1000 + index),
        });
        const found = summarise(values as Float64Array, depth);
        const scores = [
          score(found.exponent, [exponent, exponentError]),
          score(found.variance, [variance, varianceError]),
        ];
        if (extinct > 0) {
          const pooled = (found.extinct + extinct) / (found.count + count);
          const spread = Math.sqrt(pooled * (1 - pooled) * (1 / found.count + 1 / count));
          scores.push((found.extinct / found.count - extinct / count) / spread);
        } else assert.equal(found.extinct, 0);
        assert.ok(Math.max(...scores.map(Math.abs)) < LIMIT, scores.join(" "));
      });
    }
  },
);
