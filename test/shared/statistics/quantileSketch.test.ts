import assert from "node:assert/strict";

import * as fc from "fast-check";

import {
  coarsenedSketch,
  mergeSketches,
  sketchOf,
  sketchQuantile,
  type QuantileSketch,
} from "../../../shared/statistics/quantileSketch.ts";
import { cases } from "../../fuzz/support/fuzzing.ts";
import { Random } from "../../support/random.ts";

const WIDTH = 0.25;
const EMPTY: QuantileSketch = { binWidth: WIDTH * 2 ** -32, binIndexes: [], binCounts: [] };
/** Values of many magnitudes and both signs, some of them equal. */
const value = fc.oneof(
  fc.double({ min: -50, max: 50, noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1e-9, max: 1e-9, noNaN: true }),
  fc.double({ min: -1e12, max: 1e12, noNaN: true }),
  fc.integer({ min: -3, max: 3 }),
);
const values = fc.array(value, { minLength: 1, maxLength: 300, size: "max" });

function of(sample: readonly number[]): QuantileSketch {
  return sketchOf(Float64Array.from(sample), WIDTH);
}

/** The sketch as version 0.1 made it: bins of the width that they are aligned to, no extremes. */
function earlier(sample: readonly number[]): QuantileSketch {
  const indexes = sample.map((growth) => Math.floor(growth / WIDTH));
  const binIndexes = [...new Set(indexes)].toSorted((a, b) => a - b);
  const binCounts = binIndexes.map((index) => indexes.filter((one) => one === index).length);
  return { binWidth: WIDTH, binIndexes, binCounts };
}

function normals(count: number): number[] {
  const random = new Random(7);
  return Array.from({ length: count }, () => 3 + 2 * random.normal());
}

describe("sketchOf", () => {
  it("gives few values a bin each, and keeps the extremes", () => {
    const sketch = of([2, -1.5, 2, 0.1]);
    assert.deepEqual(sketch.binCounts, [1, 1, 2]);
    assert.equal(sketch.binWidth, WIDTH * 2 ** -32);
    assert.deepEqual([sketch.minimum, sketch.maximum], [-1.5, 2]);
  });

  it("makes one point of a constant, wherever it is", () => {
    for (const constant of [0, -0, 0.3, -300.123456789, 1e12, -1e12, 5e-324]) {
      const sketch = of(Array<number>(1000).fill(constant));
      assert.deepEqual(sketch.binCounts, [1000]);
      for (const probability of [0, 0.025, 0.5, 1]) {
        assert.equal(sketchQuantile(sketch, probability), constant + 0);
      }
    }
  });

  it("has the narrowest bins that are few enough, whatever the width that they are aligned to", () => {
    const sample = normals(20_000);
    for (const alignedWidth of [1e-6, 0.03, 1, 1000]) {
      const { binWidth, binIndexes } = sketchOf(Float64Array.from(sample), alignedWidth);
      assert.ok(binIndexes.length <= 128);
      const narrower = new Set(sample.map((growth) => Math.floor(growth / (binWidth / 2))));
      assert.ok(narrower.size > 128, `${narrower.size} bins of half the width hold values`);
      assert.ok(Number.isInteger(Math.log2(binWidth / alignedWidth)));
    }
  });

  it("is the same for any order of many values, those far beyond the first included", () => {
    const sample = [...normals(5000), ...normals(100).map((growth) => 1e5 * growth), 1e15];
    const shuffled = sample.toSorted((a, b) => Math.sin(1e3 * a) - Math.sin(1e3 * b));
    assert.deepEqual(of(shuffled), of(sample));
    assert.deepEqual(of(sample.toReversed()), of(sample));
    const parts = [sample.slice(0, 300), sample.slice(300, 2000), sample.slice(2000)];
    assert.deepEqual(parts.map(of).reduce(mergeSketches), of(sample));
  });

  it("keeps its bins narrow where a few values are far from the rest", () => {
    const sample = normals(20_000);
    const { binWidth } = of(sample);
    assert.ok(of([...sample, -1e6, 1e6]).binWidth <= 2 * binWidth);
  });

  it("puts a value into the bin whose lower edge it reaches, below zero too", () => {
    const { binWidth, binIndexes, binCounts } = coarsenedSketch(
      of([0, 0.2499, 0.25, -0.01, -0.25, -0.2501]),
      200,
      WIDTH,
    );
    assert.deepEqual([binWidth, binIndexes, binCounts], [WIDTH, [-2, -1, 0, 1], [1, 2, 2, 1]]);
  });

  it("is empty for no values, and has no extremes", () => {
    assert.deepEqual(of([]), EMPTY);
  });
});

describe("mergeSketches", () => {
  it("is the sketch of the union, bit for bit, in any grouping and order", () => {
    fc.assert(
      fc.property(
        fc.array(values, { minLength: 2, maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        (samples, choices) => {
          // Two of the sketches are merged, then two of what is left, until there is one.
          const sketches = samples.map(of);
          const pick = () =>
            sketches.splice((choices.next().value ?? 0) % sketches.length, 1)[0] ?? assert.fail();
          while (sketches.length > 1) sketches.push(mergeSketches(pick(), pick()));
          assert.deepEqual(sketches[0], of(samples.flat()));
        },
      ),
      cases(1000, 1),
    );
  });

  it("changes nothing where one is empty", () => {
    fc.assert(
      fc.property(values, (sample) => {
        assert.deepEqual(mergeSketches(of(sample), EMPTY), of(sample));
        assert.deepEqual(mergeSketches(EMPTY, of(sample)), of(sample));
      }),
      cases(1000, 2),
    );
  });

  it("adds sketches of version 0.1, in any order, without extremes", () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const [x, y, z] = [earlier(a), of(b), of(c)];
        const left = mergeSketches(mergeSketches(x, y), z);
        assert.deepEqual(mergeSketches(x, mergeSketches(z, y)), left);
        assert.deepEqual(mergeSketches(mergeSketches(z, x), y), left);
        assert.equal(left.minimum, undefined);
        assert.ok(left.binWidth >= WIDTH);
      }),
      cases(1000, 6),
    );
  });

  it("keeps what sketches of version 0.1 say, to the bit", () => {
    const [a, b] = [normals(500), normals(900).slice(500)];
    assert.deepEqual(mergeSketches(earlier(a), earlier(b)), earlier([...a, ...b]));
  });

  it("refuses sketches that are not aligned", () => {
    for (const binWidth of [WIDTH / 3, WIDTH * (1 + 2 ** -52), 0, -WIDTH, NaN, Infinity]) {
      assert.throws(() => mergeSketches(EMPTY, { ...EMPTY, binWidth }), /cannot be merged/);
    }
  });
});

describe("coarsenedSketch", () => {
  it("is the sketch of the same values in wider bins, as few as asked for", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 40 }), (sample, maximumBins) => {
        const coarse = coarsenedSketch(of(sample), maximumBins);
        assert.ok(coarse.binIndexes.length <= maximumBins);
        const indexes = sample.map((growth) => Math.floor(growth / coarse.binWidth));
        assert.deepEqual(
          new Set(coarse.binIndexes.map((index) => index + 0)),
          new Set(indexes.map((index) => index + 0)),
        );
        assert.deepEqual(
          [coarse.minimum, coarse.maximum],
          [of(sample).minimum, of(sample).maximum],
        );
      }),
      cases(1000, 5),
    );
  });

  it("has bins at least as wide as asked for, and less than twice that", () => {
    const { binWidth } = coarsenedSketch(of(normals(100)), 200, 0.3);
    assert.ok(binWidth >= 0.3 && binWidth < 0.6);
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
        const sketch = of(sample);
        const quantile = sketchQuantile(sketch, probability);
        assert.ok(quantile !== undefined);
        assert.ok(Math.abs(quantile - (sorted[rank] ?? NaN)) <= sketch.binWidth * (1 + 1e-12));
        assert.ok(quantile >= (sorted[0] ?? NaN) && quantile <= (sorted.at(-1) ?? NaN));
      }),
      cases(1000, 3),
    );
  });

  it("reaches from the smallest value to the largest", () => {
    const sample = normals(5000);
    assert.equal(sketchQuantile(of(sample), 0), Math.min(...sample));
    assert.equal(sketchQuantile(of(sample), 1), Math.max(...sample));
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
      cases(1000, 4),
    );
  });

  it("is undefined where there is nothing", () => {
    assert.equal(sketchQuantile(EMPTY, 0.5), undefined);
  });
});
