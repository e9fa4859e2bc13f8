import assert from "node:assert/strict";

import * as fc from "fast-check";

import { NO_MOMENTS } from "../../../shared/statistics/moments.ts";
import {
  mergeSums,
  sumReplicas,
  type ReplicaSums,
} from "../../../shared/statistics/replicaSums.ts";
import { Random } from "../../support/random.ts";
import { observables } from "../../support/observables.ts";

const NAMES = ["growth", "delta", "delta²"];
const DEPTHS = [10, 20];
const BIN_WIDTHS = [0.5, 2];
const GONE = -Infinity;

/** A replica: three observables at each of two depths. */
type Replica = readonly [readonly number[], readonly number[]];

function sumsOf(replicas: readonly Replica[]): ReplicaSums {
  const values = DEPTHS.flatMap((_, depth) =>
    NAMES.flatMap((_name, observable) => replicas.map((rows) => rows[depth]?.[observable] ?? NaN)),
  );
  return sumReplicas(
    observables(...NAMES),
    DEPTHS,
    BIN_WIDTHS,
    replicas.length,
    Float64Array.from(values),
  );
}

function randomReplica(random: Random): Replica {
  const growth = -2 * random.exponential(1);
  const delta = random.normal() + growth;
  const gone = random.chance(0.2);
  const late = random.chance(0.2);
  return [
    [gone ? GONE : growth, delta, delta ** 2 - growth],
    [gone || late ? GONE : 2 * growth, random.normal(), delta * growth],
  ];
}

/** Asserts equality up to rounding; sums that nearly cancel have no digits to compare. */
function assertSame(actual: ReplicaSums, expected: ReplicaSums): void {
  assert.equal(rounded(actual), rounded(expected));
}

function rounded(sums: ReplicaSums): string {
  return JSON.stringify(sums, (_key, value: unknown) => {
    if (typeof value !== "number") return value;
    return Math.abs(value) < 1e-9 ? 0 : Number(value.toPrecision(8));
  });
}

describe("sumReplicas", () => {
  const sums = sumsOf([
    [
      [1, 10, 0],
      [2, 10, 5],
    ],
    [
      [3, 20, 6],
      [4, 20, 11],
    ],
    [
      [GONE, 99, 99],
      [GONE, 99, 99],
    ],
  ]);

  it("counts every replica, and at each depth the survivors and the extinct", () => {
    assert.equal(sums.replicaCount, 3);
    assert.deepEqual(sums.observables, NAMES);
    const counts = sums.checkpoints.map((at) => [at.depth, at.survivorCount, at.extinctCount]);
    assert.deepEqual(counts, [
      [10, 2, 1],
      [20, 2, 1],
    ]);
  });

  it("takes moments of survivors only, and their co-moments at the last checkpoint, pair by pair", () => {
    const [first, second] = sums.checkpoints;
    assert.deepEqual(first?.moments, [
      { mean: 2, m2: 2, m3: 0, m4: 2 },
      { mean: 15, m2: 50, m3: 0, m4: 1250 },
      { mean: 3, m2: 18, m3: 0, m4: 162 },
    ]);
    assert.deepEqual(first.coMoments, []);
    assert.deepEqual(
      second?.moments.map(({ mean }) => mean),
      [3, 15, 8],
    );
    // (growth, delta), (growth, delta²), (delta, delta²)
    assert.deepEqual(second?.coMoments, [10, 6, 30]);
  });

  it("keeps some observables only at the last checkpoint, beside those of all", () => {
    const [growth] = observables("growth");
    assert.ok(growth);
    const few = sumReplicas(
      [growth, { name: "delta", keptAt: "last_checkpoint" }],
      DEPTHS,
      BIN_WIDTHS,
      2,
      Float64Array.of(1, 3, 9, 9, 2, 4, 10, 20),
    );
    assert.deepEqual(few.observables, ["growth", "delta"]);
    assert.deepEqual(
      few.checkpoints.map(({ moments, coMoments }) => [moments.map(({ mean }) => mean), coMoments]),
      [
        [[2], []],
        [[3, 15], [10]],
      ],
    );
    const twice = mergeSums(few, few);
    assert.deepEqual(
      twice.checkpoints.map(({ moments, coMoments }) => [moments.length, coMoments]),
      [
        [1, []],
        [2, [20]],
      ],
    );
  });

  it("sketches the growth of survivors, each depth with its own bins", () => {
    assert.deepEqual(
      sums.checkpoints.map(({ quantileSketch }) => quantileSketch),
      [
        {
          binWidth: 0.5 * 2 ** -32,
          binIndexes: [2 * 2 ** 32, 6 * 2 ** 32],
          binCounts: [1, 1],
          minimum: 1,
          maximum: 3,
        },
        {
          binWidth: 2 * 2 ** -32,
          binIndexes: [1 * 2 ** 32, 2 * 2 ** 32],
          binCounts: [1, 1],
          minimum: 2,
          maximum: 4,
        },
      ],
    );
  });

  it("gives zeros, never a NaN, where nobody survives", () => {
    const rows = [GONE, 1, 2];
    const none = sumsOf([
      [rows, rows],
      [rows, rows],
    ]);
    for (const { survivorCount, extinctCount, moments, quantileSketch } of none.checkpoints) {
      assert.deepEqual([survivorCount, extinctCount], [0, 2]);
      assert.deepEqual(moments, [NO_MOMENTS, NO_MOMENTS, NO_MOMENTS]);
      assert.deepEqual(quantileSketch.binCounts, []);
    }
    assert.deepEqual(none.checkpoints.at(-1)?.coMoments, [0, 0, 0]);
  });
});

describe("mergeSums", () => {
  it("is the sums of the union, extinct replicas and co-moments and all", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer(),
        (countA, countB, seed) => {
          const random = new Random(seed);
          const some = (count: number) =>
            Array.from({ length: count }, () => randomReplica(random));
          const [a, b] = [some(countA), some(countB)];
          assertSame(mergeSums(sumsOf(a), sumsOf(b)), sumsOf([...a, ...b]));
        },
      ),
      { seed: 1 },
    );
  });

  it("folds many pieces into the sums of all", () => {
    const random = new Random(2);
    const replicas = Array.from({ length: 500 }, () => randomReplica(random));
    const pieces = Array.from({ length: 50 }, (_, i) =>
      sumsOf(replicas.slice(10 * i, 10 * i + 10)),
    );
    assertSame(pieces.reduce(mergeSums), sumsOf(replicas));
  });

  it("changes nothing but the count of the extinct when a side has no survivors", () => {
    const random = new Random(3);
    const some = sumsOf(Array.from({ length: 9 }, () => randomReplica(random)));
    const rows = [GONE, 1, 2];
    const none = sumsOf([[rows, rows]]);
    for (const both of [mergeSums(some, none), mergeSums(none, some)]) {
      assert.equal(both.replicaCount, 10);
      assert.deepEqual(
        both.checkpoints.map((at) => ({ ...at, extinctCount: at.extinctCount - 1 })),
        some.checkpoints,
      );
    }
  });
});
