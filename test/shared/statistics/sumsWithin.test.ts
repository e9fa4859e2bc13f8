import assert from "node:assert/strict";

import {
  array,
  assert as check,
  constant,
  constantFrom,
  double,
  oneof,
  property,
  tuple,
} from "fast-check";

import { areWithin } from "../../../shared/statistics/sumsWithin.ts";
import { sumReplicas, type ReplicaSums } from "../../../shared/statistics/replicaSums.ts";
import { scaled } from "../../support/tiers/scale.ts";

const OBSERVABLES = [{ name: "growth", keptAt: "every_checkpoint" }] as const;
const DELTA = 0.01;

function sumsOf(values: readonly number[], binWidth = 0.1): ReplicaSums {
  return sumReplicas(OBSERVABLES, [4], [binWidth], values.length, Float64Array.from(values));
}

function isWithin(values: readonly number[], others: readonly number[]): boolean {
  const [one, other] = [sumsOf(values), sumsOf(others)];
  const forth = areWithin(one, other, () => DELTA);
  assert.equal(
    areWithin(other, one, () => DELTA),
    forth,
    "both ways are the same",
  );
  return forth;
}

/** Values spread evenly over an interval of this length around 0. */
function evenly(count: number, length: number): number[] {
  return Array.from({ length: count }, (_, i) => length * ((i + 0.5) / count - 0.5));
}

describe("sums over the same replicas, observed twice", () => {
  it("are within the tolerance whenever all observations are", () => {
    const value = oneof(
      double({ min: -1e3, max: 1e3, noNaN: true }),
      double({ min: -1, max: 1, noNaN: true }),
      constantFrom(0, 0.1, 0.3, -0.1, 5),
      constant(-Infinity),
    );
    const observed = tuple(value, double({ min: -1, max: 1, noNaN: true }));
    check(
      property(array(observed, { minLength: 1, maxLength: 200 }), (replicas) => {
        const values = replicas.map(([first]) => first);
        const others = replicas.map(([first, share]) => first + share * DELTA);
        assert.ok(isWithin(values, others));
      }),
      { numRuns: scaled(3000) },
    );
  });

  it("are within it if they are moved or stretched by just so much", () => {
    const values = evenly(1000, 2);
    assert.ok(
      isWithin(
        values,
        values.map((value) => value + 0.999 * DELTA),
      ),
    );
    assert.ok(
      isWithin(
        values,
        values.map((value) => value * (1 + 0.999 * DELTA)),
      ),
    );
  });

  const values = evenly(1000, 2);
  const lies: Record<string, readonly number[]> = {
    "are moved further": values.map((value) => value + 1.1 * DELTA),
    "are stretched further": values.map((value) => value * (1 + 3 * DELTA)),
    "have an outlier more": values.with(0, -2),
    "lack one replica, which went extinct": values.with(0, -Infinity),
    "have another middle": values.map((value) => (Math.abs(value) < 0.3 ? -value * 3 : value)),
  };
  for (const [what, others] of Object.entries(lies)) {
    it(`are not within it if they ${what}`, () => {
      assert.ok(!isWithin(values, others));
    });
  }

  it("are not within it if a moment alone is further off", () => {
    const sums = sumsOf(values);
    for (const [name, factor] of [
      ["m2", 1.05],
      ["m3", 1],
      ["m4", 1.2],
    ] as const) {
      const changed: ReplicaSums = {
        ...sums,
        checkpoints: sums.checkpoints.map((checkpoint) => ({
          ...checkpoint,
          moments: checkpoint.moments.map((of) => ({
            ...of,
            [name]: of[name] * factor + (name === "m3" ? 1000 * 6.1 * DELTA : 0),
          })),
        })),
      };
      assert.ok(!areWithin(sums, changed, () => DELTA), name);
    }
  });

  it("are not within it if only the histogram is another", () => {
    const sums = sumsOf(values);
    const changed: ReplicaSums = {
      ...sums,
      checkpoints: sums.checkpoints.map((checkpoint) => {
        const { quantileSketch } = checkpoint;
        const { binCounts } = quantileSketch;
        const [first = 0, , third = 0] = binCounts;
        const moved = binCounts.with(0, first - 20).with(2, third + 20);
        return { ...checkpoint, quantileSketch: { ...quantileSketch, binCounts: moved } };
      }),
    };
    assert.ok(!areWithin(sums, changed, () => DELTA));
  });
});
