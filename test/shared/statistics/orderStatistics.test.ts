import assert from "node:assert/strict";

import {
  quantileRanks,
  rankedValue,
  sampleQuantile,
} from "../../../shared/statistics/orderStatistics.ts";
import { sketchOf } from "../../../shared/statistics/quantileSketch.ts";
import { Random } from "../../support/random.ts";

const ALIGNED = 1 / 8;

function sketched(values: readonly number[]) {
  return sketchOf(Float64Array.from(values), ALIGNED);
}

describe("quantileRanks", () => {
  // Conover 1999, Table A3, has P(B ≤ k) for n = 20, p = 0.5: 0.0207 at 5, and 0.0577 at 6.
  it("has the ranks of tables for the median of 20", () => {
    assert.deepEqual(quantileRanks(20, 0.5, 0.95), { lower: 6, upper: 15 });
  });

  for (const [probability, level, least] of [
    [0.5, 0.95, 6],
    [0.4, 0.95, 8],
    [0.5, 0.9999, 15],
  ] as const) {
    it(`needs ${least} values for the quantile ${probability} at ${level}`, () => {
      assert.equal(quantileRanks(least - 1, probability, level), undefined);
      assert.notEqual(quantileRanks(least, probability, level), undefined);
    });
  }

  it("goes over to the normal limit without a step", () => {
    const [exact, limit] = [quantileRanks(2000, 0.4, 0.95), quantileRanks(2001, 0.4, 0.95)];
    assert.ok(exact && limit);
    assert.ok(Math.abs(exact.lower - limit.lower) <= 2, `${exact.lower}, ${limit.lower}`);
    assert.ok(Math.abs(exact.upper - limit.upper) <= 2, `${exact.upper}, ${limit.upper}`);
  });

  /**
   * Each case draws samples of a law that is far from normal. The interval must cover with at
   * least its level, less 4 standard errors: a false alarm once in 30,000 seeds even where it covers
   * exactly so often, for each of 8 cases, and the seed is fixed. It may not be wider than needed
   * either: with discrete ranks, it covers at most a rank's probability more at each end.
   */
  for (const [i, [count, probability, level]] of (
    [
      [15, 0.5, 0.95],
      [15, 0.4, 0.95],
      [100, 0.5, 0.95],
      [100, 0.4, 0.95],
      [100, 0.4, 0.8],
      [500, 0.4, 0.95],
      [3000, 0.5, 0.95],
      [3000, 0.4, 0.5],
    ] as const
  ).entries()) {
    it(`cover the quantile ${probability} of ${count} values at ${level}`, () => {
      const random = new Random(31, i);
      const sampleCount = count > 100 ? 300 : 3000;
      // The quantile of an exponential law.
      const truth = -Math.log(1 - probability);
      let covered = 0;
      for (let sample = 0; sample < sampleCount; sample++) {
        const sketch = sketched(
          Array.from({ length: count }, () => -Math.log(1 - random.uniform())),
        );
        const ranks = quantileRanks(count, probability, level);
        assert.ok(ranks);
        const isAbove = rankedValue(sketch, ranks.lower).lower <= truth;
        const isBelow = truth <= rankedValue(sketch, ranks.upper).upper;
        covered += Number(isAbove && isBelow);
      }
      const share = covered / sampleCount;
      const error = 4 * Math.sqrt((level * (1 - level)) / sampleCount);
      const rank = 1 / Math.sqrt(2 * Math.PI * count * probability * (1 - probability));
      assert.ok(share >= level - error, `covered ${share}`);
      // Where values share bins, an interval ends at the edges of bins, and covers more.
      if (count > 128) return;
      assert.ok(share <= Math.min(1, level + error + 2 * rank), `covered ${share}`);
    });
  }
});

describe("sampleQuantile", () => {
  for (const [values, probability, expected] of [
    [[3, 1, 2], 0.5, 2],
    [[4, 1, 2, 3], 0.5, 2.5],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.4, 4.5],
    [[7], 0.05, 7],
    [[1, 2], 0.95, 2],
  ] as const) {
    it(`is ${expected} for ${probability} of ${values.join(", ")}`, () => {
      const quantile = sampleQuantile(sketched(values), probability) ?? NaN;
      assert.ok(Math.abs(quantile - expected) < 1e-9, String(quantile));
    });
  }

  it("is the median of the best 80 % for 0.4, as the paper has it", () => {
    const random = new Random(32, 0);
    const values = Array.from({ length: 100 }, () => random.normal());
    const best = values.toSorted((a, b) => a - b).slice(0, 80);
    const median = ((best[39] ?? NaN) + (best[40] ?? NaN)) / 2;
    const quantile = sampleQuantile(sketched(values), 0.4) ?? NaN;
    assert.ok(Math.abs(quantile - median) < 1e-9, `${quantile}, ${median}`);
  });

  it("takes means of what the values stand for", () => {
    const quantile = sampleQuantile(sketched([0, Math.log(3)]), 0.5, Math.exp) ?? NaN;
    assert.ok(Math.abs(quantile - 2) < 1e-9, String(quantile));
  });

  it("is off by less than a bin where values share bins", () => {
    const random = new Random(33, 0);
    const values = Array.from({ length: 2000 }, () => 3 * random.normal());
    const sketch = sketched(values);
    const sorted = values.toSorted((a, b) => a - b);
    const median = ((sorted[999] ?? NaN) + (sorted[1000] ?? NaN)) / 2;
    const quantile = sampleQuantile(sketch, 0.5) ?? NaN;
    assert.ok(sketch.binWidth > 0.1 && sketch.binWidth <= 0.25, String(sketch.binWidth));
    assert.ok(Math.abs(quantile - median) < sketch.binWidth, `${quantile}, ${median}`);
  });

  it("is not there without values", () => {
    assert.equal(sampleQuantile(sketched([]), 0.5), undefined);
  });
});
