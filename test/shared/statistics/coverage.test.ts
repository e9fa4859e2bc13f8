import assert from "node:assert/strict";

import {
  estimateExponents,
  type Estimate,
  type ExponentEstimates,
} from "../../../shared/statistics/estimate.ts";
import { momentsOf } from "../../../shared/statistics/moments.ts";
import { sumReplicas } from "../../../shared/statistics/replicaSums.ts";
import { exactExponents } from "../../../shared/theory/exact.ts";
import { drawGrowth } from "../../support/leakyLayers.ts";
import { Random } from "../../support/random.ts";
import { observables } from "../../support/observables.ts";

const REPLICAS = 1000;
/**
 * Tolerated deviations, in standard errors of what is measured. Were everything exactly nominal, a
 * check would raise a false alarm with probability 6·10⁻⁵; there are 6 in each of 3 cases, so one
 * seed in a thousand. The seed is fixed.
 */
const TOLERANCE = 4;

/** The largest σ² of docs/theory.md#reference-values; a layer has skewness −0.78 and excess kurtosis −0.83. */
const NARROW = { width: 2, negativeSlope: 0.01 };
const narrow = exactExponents({ ...NARROW, weights: "gaussian", gain: 1 });

interface Experiment {
  readonly what: string;
  readonly layerCount: number;
  readonly experimentCount: number;
  readonly level: number;
  readonly truth: { readonly lyapunovExponent: number | null; readonly variance: number | null };
  /** True if growth is flatter than normal, so that σ̂² has a smaller error than it says. */
  readonly isFlat?: boolean;
  readonly draw: (random: Random, layerCount: number) => number;
}

const EXPERIMENTS: readonly Experiment[] = [
  {
    what: "Gaussian growth",
    layerCount: 50,
    experimentCount: 2000,
    level: 0.8,
    truth: { lyapunovExponent: -0.3, variance: 0.5 },
    draw: (random, layerCount) => -0.3 * layerCount + Math.sqrt(0.5 * layerCount) * random.normal(),
  },
  {
    what: "a single layer of width 2 and slope 0.01",
    layerCount: 1,
    experimentCount: 2000,
    level: 0.95,
    truth: narrow,
    isFlat: true,
    draw: (random, layerCount) => drawGrowth(random, NARROW, layerCount),
  },
  {
    what: "ten layers of width 2 and slope 0.01",
    layerCount: 10,
    experimentCount: 1000,
    level: 0.95,
    truth: narrow,
    draw: (random, layerCount) => drawGrowth(random, NARROW, layerCount),
  },
];

describe("intervals and standard errors", () => {
  for (const [
    i,
    { what, layerCount, experimentCount, level, truth, isFlat = false, draw },
  ] of EXPERIMENTS.entries()) {
    describe(`of ${what}`, () => {
      const results: ExponentEstimates[] = [];
      before(() => {
        const random = new Random(1, i);
        for (let experiment = 0; experiment < experimentCount; experiment++) {
          const growth = Float64Array.from({ length: REPLICAS }, () => draw(random, layerCount));
          const [sums] = sumReplicas(
            observables("growth"),
            [layerCount],
            [1],
            REPLICAS,
            growth,
          ).checkpoints;
          const estimates = sums && estimateExponents(sums, layerCount, level);
          assert.ok(estimates !== undefined);
          results.push(estimates);
        }
      });

      for (const quantity of ["lyapunovExponent", "variance"] as const) {
        const column = (read: (estimate: Estimate) => number) =>
          Float64Array.from(results, (estimates) => read(estimates[quantity]));
        const value = truth[quantity] ?? NaN;
        // The error of σ̂² is never below that of normal values; see `estimateExponents`.
        const isCautious = isFlat && quantity === "variance";

        it(`cover ${quantity} as often as they say`, () => {
          const covered = column(({ lower, upper }) => (lower <= value && value <= upper ? 1 : 0));
          const deviation = momentsOf(covered).mean - level;
          const error = Math.sqrt((level * (1 - level)) / experimentCount);
          const surplus = isCautious ? Math.min(0, deviation) : deviation;
          assert.ok(Math.abs(surplus) <= TOLERANCE * error, `off by ${deviation / error} errors`);
        });

        it(`match the spread of the estimates of ${quantity}`, () => {
          const { m2, m4 } = momentsOf(column(({ estimate }) => estimate));
          const spread = Math.sqrt(m2 / (experimentCount - 1));
          const ratio = momentsOf(column(({ standardError }) => standardError)).mean / spread;
          // Relative error of a standard deviation, by the kurtosis of what it is taken of.
          const error =
            Math.sqrt((experimentCount * m4) / m2 ** 2 - 1) / (2 * Math.sqrt(experimentCount));
          // √(2/(2 − 0.83)), by the excess kurtosis of a layer, is 1.307.
          const expected = isCautious ? 1.307 : 1;
          assert.ok(Math.abs(ratio / expected - 1) <= TOLERANCE * error, `${ratio} ± ${error}`);
        });

        it(`go with estimates of ${quantity} without bias`, () => {
          const { mean, m2 } = momentsOf(column(({ estimate }) => estimate));
          const error = Math.sqrt(m2 / (experimentCount - 1) / experimentCount);
          assert.ok(
            Math.abs(mean - value) <= TOLERANCE * error,
            `off by ${(mean - value) / error} errors`,
          );
        });
      }
    });
  }
});
