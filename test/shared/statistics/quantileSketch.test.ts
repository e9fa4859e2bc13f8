import assert from "node:assert/strict";

import * as fc from "fast-check";

import {
  coarsenedSketch,
  mergeSketches,
  sketchOf,
  sketchQuantile,
  type QuantileSketch,
} from "../../../shared/statistics/quantileSketch.ts";

const WIDTH = 0.25;
const EMPTY: QuantileSketch = { binWidth: WIDTH, binIndexes: [], binCounts: [] };
const values = fc.array(fc.double({ min: -50, max: 50, noNaN: true, noDefaultInfinity: true }), {
  minLength: 1,
  maxLength: 60,
});

function of(sample: readonly number[]): QuantileSketch {
  return sketchOf(Float64Array.from(sample), WIDTH);
}

describe("sketchOf", () => {
  it("puts a value into the bin whose lower edge it reaches, below zero too", () => {
    assert.deepEqual(of([0, 0.2499, 0.25, -0.01, -0.25, -0.2501]), {
      binWidth: WIDTH,
      binIndexes: [-2, -1, 0, 1],
      binCounts: [1, 2, 2, 1],
    });
  });

  it("is empty for no values", () => {
    assert.deepEqual(of([]), EMPTY);
  });
});

describe("mergeSketches", () => {
  it("is the sketch of the union, exactly, in any order", () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        assert.deepEqual(mergeSketches(of(a), of(b)), of([...a, ...b]));
        assert.deepEqual(mergeSketches(of(b), of(a)), of([...a, ...b]));
      }),
      { seed: 1 },
    );
  });

  it("is associative, and the empty sketch changes nothing", () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const [x, y, z] = [of(a), of(b), of(c)];
        assert.deepEqual(
          mergeSketches(mergeSketches(x, y), z),
          mergeSketches(x, mergeSketches(y, z)),
        );
        assert.deepEqual(mergeSketches(x, EMPTY), x);
        assert.deepEqual(mergeSketches(EMPTY, x), x);
      }),
      { seed: 2 },
    );
  });

  it("refuses sketches of other bins", () => {
    assert.throws(() => mergeSketches(EMPTY, { ...EMPTY, binWidth: 0.5 }), /0\.25 and 0\.5/);
  });
});

describe("coarsenedSketch", () => {
  it("is the sketch of the same values in wider bins, as few as asked for", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 40 }), (sample, maximumBins) => {
        const coarse = coarsenedSketch(of(sample), maximumBins);
        assert.ok(coarse.binIndexes.length <= maximumBins);
        assert.deepEqual(coarse, sketchOf(Float64Array.from(sample), coarse.binWidth));
      }),
      { seed: 5 },
    );
  });

  it("leaves bins as they are where they are few", () => {
    const sketch = of([0, 1, 2]);
    assert.deepEqual(coarsenedSketch(sketch, 3), sketch);
  });
});

describe("sketchQuantile", () => {
  it("interpolates within a bin", () => {
    const sketch = { binWidth: 2, binIndexes: [0, 3], binCounts: [4, 4] };
    for (const [probability, expected] of [
      [0, 0],
      [0.25, 1],
      [0.5, 2],
      [0.625, 6.5],
      [1, 8],
    ] as const) {
      assert.equal(sketchQuantile(sketch, probability), expected);
    }
  });

  it("is within a bin of the sample's own quantile", () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (sample, probability) => {
        const sorted = sample.toSorted((a, b) => a - b);
        const rank = Math.max(0, Math.ceil(probability * sample.length) - 1);
        const quantile = sketchQuantile(of(sample), probability);
        assert.ok(quantile !== undefined);
        assert.ok(Math.abs(quantile - (sorted[rank] ?? NaN)) <= WIDTH * (1 + 1e-12));
      }),
      { seed: 3 },
    );
  });

  it("never falls as the probability grows", () => {
    fc.assert(
      fc.property(values, (sample) => {
        const quantiles = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1].map(
          (probability) => sketchQuantile(of(sample), probability) ?? NaN,
        );
        assert.deepEqual(
          quantiles,
          quantiles.toSorted((a, b) => a - b),
        );
      }),
      { seed: 4 },
    );
  });

  it("is undefined where there is nothing", () => {
    assert.equal(sketchQuantile(EMPTY, 0.5), undefined);
  });
});
