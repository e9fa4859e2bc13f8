import assert from "node:assert/strict";

import * as fc from "fast-check";

import {
  coMomentOf,
  mergeCoMoments,
  mergeMoments,
  momentsOf,
  NO_MOMENTS,
  type Moments,
} from "../../../shared/statistics/moments.ts";
import { exactMoments, onGrid } from "../../support/exactMoments.ts";
import { Random } from "../../support/random.ts";

interface Counted {
  readonly count: number;
  readonly moments: Moments;
}

function counted(values: readonly number[]): Counted {
  return { count: values.length, moments: momentsOf(Float64Array.from(values)) };
}

function merged(a: Counted, b: Counted): Counted {
  return {
    count: a.count + b.count,
    moments: mergeMoments(a.moments, a.count, b.moments, b.count),
  };
}

/** Asserts closeness relative to the size that sums of this spread have without any cancelling. */
function assertClose(actual: Moments, expected: Moments, count: number, tolerance: number): void {
  const deviation = Math.sqrt(expected.m2 / count);
  const scale = {
    mean: Math.abs(expected.mean) + deviation,
    m2: expected.m2,
    m3: count * deviation ** 3 + Math.abs(expected.m3),
    m4: expected.m4,
  };
  for (const key of ["mean", "m2", "m3", "m4"] as const) {
    const error = Math.abs(actual[key] - expected[key]);
    assert.ok(
      error <= tolerance * scale[key],
      `${key} is ${actual[key]}, not ${expected[key]}: off by ${error / scale[key]} of its scale`,
    );
  }
}

const values = fc.array(
  fc.double({ min: -1000, max: 1000, noNaN: true, noDefaultInfinity: true }).map(onGrid),
  { maxLength: 40 },
);

describe("momentsOf", () => {
  it("is what can be computed by hand", () => {
    const moments = momentsOf(Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9));
    assert.deepEqual(moments, { mean: 5, m2: 32, m3: 42, m4: 356 });
  });

  it("knows nothing of no values, and no spread of one or of a constant", () => {
    assert.deepEqual(NO_MOMENTS, { mean: 0, m2: 0, m3: 0, m4: 0 });
    assert.deepEqual(momentsOf(Float64Array.of()), NO_MOMENTS);
    assert.deepEqual(momentsOf(Float64Array.of(-3)), { mean: -3, m2: 0, m3: 0, m4: 0 });
    assert.deepEqual(momentsOf(Float64Array.of(7, 7, 7)), { mean: 7, m2: 0, m3: 0, m4: 0 });
  });

  it("agrees with exact arithmetic", () => {
    fc.assert(
      fc.property(values, (sample) => {
        fc.pre(sample.length > 0);
        assertClose(counted(sample).moments, exactMoments(sample), sample.length, 1e-12);
      }),
      { seed: 1 },
    );
  });
});

describe("mergeMoments", () => {
  it("is the moments of the union", () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        fc.pre(a.length + b.length > 0);
        const union = [...a, ...b];
        assertClose(
          merged(counted(a), counted(b)).moments,
          exactMoments(union),
          union.length,
          1e-12,
        );
      }),
      { seed: 2 },
    );
  });

  it("changes nothing, not a bit, when one side is empty", () => {
    fc.assert(
      fc.property(values, (sample) => {
        const some = counted(sample);
        assert.deepEqual(merged(some, counted([])), some);
        assert.deepEqual(merged(counted([]), some), some);
      }),
      { seed: 3 },
    );
  });

  it("is associative and commutative up to rounding", () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const count = a.length + b.length + c.length;
        fc.pre(count > 0);
        const [x, y, z] = [counted(a), counted(b), counted(c)];
        const left = merged(merged(x, y), z).moments;
        assertClose(merged(x, merged(y, z)).moments, left, count, 1e-12);
        assertClose(merged(z, merged(y, x)).moments, left, count, 1e-12);
      }),
      { seed: 4 },
    );
  });

  // Uneven pieces of skewed data far from 0: where sums of powers have no digit left.
  for (const [offset, tolerance] of [
    [0, 1e-13],
    [1e4, 1e-10],
    [1e8, 1e-6],
  ] as const) {
    it(`stays stable over many merges of skewed values around ${offset}`, () => {
      const random = new Random(5);
      let fold = counted([]);
      const all: number[] = [];
      for (let piece = 0; piece < 200; piece++) {
        const sample = Array.from({ length: 1 + random.integer(40) }, () =>
          onGrid(offset - random.exponential(1) ** 2),
        );
        all.push(...sample);
        fold = merged(fold, counted(sample));
      }
      assertClose(fold.moments, exactMoments(all), all.length, tolerance);
    });
  }
});

function coMomentsOf(rows: readonly (readonly [number, number])[]) {
  const x = Float64Array.from(rows, ([first]) => first);
  const y = Float64Array.from(rows, ([, second]) => second);
  const [meanX, meanY] = [momentsOf(x).mean, momentsOf(y).mean];
  return { coMoment: coMomentOf(x, meanX, y, meanY), meanX, meanY };
}

describe("co-moments", () => {
  const pairs = fc.array(
    fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })),
    {
      maxLength: 20,
    },
  );

  it("is Σ xy − n mean x mean y", () => {
    const { coMoment } = coMomentsOf([
      [1, 2],
      [2, 4],
      [6, 0],
    ]);
    assert.ok(Math.abs(coMoment - (10 - 3 * 3 * 2)) < 1e-14);
  });

  it("of a union follows from those of its parts", () => {
    fc.assert(
      fc.property(pairs, pairs, (a, b) => {
        const actual = mergeCoMoments(coMomentsOf(a), a.length, coMomentsOf(b), b.length);
        assert.ok(Math.abs(actual - coMomentsOf([...a, ...b]).coMoment) < 1e-8);
      }),
      { seed: 6 },
    );
  });

  it("of an empty part changes nothing", () => {
    const some = coMomentsOf([
      [1, 2],
      [4, 9],
    ]);
    const none = coMomentsOf([]);
    assert.equal(mergeCoMoments(some, 2, none, 0), some.coMoment);
    assert.equal(mergeCoMoments(none, 0, some, 2), some.coMoment);
  });
});
