import assert from "node:assert/strict";

import { OBSERVABLES } from "../../../../shared/kinds/training/observables.ts";
import { trainingShape } from "../../../../shared/kinds/training/shardTask.ts";
import type { TrainingInput } from "../../../../shared/kinds/training/specification.ts";
import { TRAINING } from "../../../../shared/kinds/training/training.ts";
import { sumReplicas } from "../../../../shared/statistics/replicaSums.ts";

const INPUT: TrainingInput = {
  network: { width: 2, depth: 4, negativeSlope: 0.01, weights: "gaussian", gain: "he" },
  training: { task: "iris", learningRate: 0.01, stepCount: 1 },
  checkpointSteps: [1],
  stoppingRule: { replicaCount: 10 },
};
const SPECIFICATION = TRAINING.parse(INPUT);

/** A replica after the last step. */
interface Replica {
  readonly testLoss: number;
  readonly trainingLoss: number;
  readonly gradientNorm?: number;
  readonly state?: "diverged" | "stuck";
}

function sumsOf(replicas: readonly Replica[]) {
  const rows = [
    replicas.map(({ testLoss }) => Math.log(testLoss)),
    replicas.map(({ trainingLoss }) => Math.log(trainingLoss)),
    replicas.map(({ gradientNorm = 1 }) => Math.log(gradientNorm)),
    replicas.map(({ state }) => Number(state === "diverged")),
    replicas.map(({ state }) => Number(state === "stuck")),
  ];
  const { depths, sketchBinWidths } = trainingShape(SPECIFICATION);
  const values = Float64Array.from(rows.flat());
  return sumReplicas(OBSERVABLES, depths, sketchBinWidths, replicas.length, values);
}

/** Test losses 1, 2, … 10, where the last has diverged and the one before is stuck. */
const TEN = Array.from({ length: 10 }, (_, i): Replica => ({
  testLoss: i + 1,
  trainingLoss: 20 - i,
  gradientNorm: i === 9 ? 1 : Math.E,
  ...(i === 9 && { state: "diverged" }),
  ...(i === 8 && { state: "stuck" }),
}));

function assertNear(value: number | null | undefined, expected: number): void {
  assert.ok(Math.abs((value ?? NaN) - expected) < 1e-8, `${value}, not ${expected}`);
}

describe("the estimates of a training", () => {
  const known = TRAINING.estimates(SPECIFICATION, sumsOf(TEN)) ?? {};

  for (const [name, expected, lower, upper] of [
    // P(B ≤ 1) = 0.011 for ten values and 1/2, and P(B ≤ 2) = 0.055.
    ["medianTestLoss", 5.5, 2, 9],
    // The best 80 % are 1 … 8. P(B = 0) = 0.006 and P(B ≤ 1) = 0.046, P(B ≥ 8) = 0.012.
    ["bestMedianTestLoss", 4.5, 1, 8],
    ["medianTrainingLoss", 15.5, 12, 19],
    ["medianLogTestLoss", (Math.log(5) + Math.log(6)) / 2, Math.log(2), Math.log(9)],
  ] as const) {
    it(`has ${name} with an interval between two of the values`, () => {
      assertNear(known[name]?.estimate, expected);
      assertNear(known[name]?.lower, lower);
      assertNear(known[name]?.upper, upper);
      // The half width over the normal quantile 1.96.
      assertNear(known[name]?.standardError, (upper - lower) / 2 / 1.959963984540054);
      assert.equal(known[name]?.method, "order_statistics");
    });
  }

  it("has shares with Wilson's intervals", () => {
    for (const name of ["divergedShare", "stuckShare"]) {
      assertNear(known[name]?.estimate, 0.1);
      assert.ok((known[name]?.lower ?? NaN) < 0.02 && (known[name]?.upper ?? NaN) > 0.4);
      assert.equal(known[name]?.method, "wilson");
    }
  });

  it("has numbers without intervals where replicas are few, which meet no target", () => {
    const few = sumsOf(TEN.slice(0, 5));
    assert.deepEqual(Object.keys(TRAINING.estimates(SPECIFICATION, few) ?? {}), [
      "divergedShare",
      "stuckShare",
    ]);
    const median = TRAINING.estimateFields(SPECIFICATION, few).estimates?.["medianTestLoss"];
    assertNear(Number(median?.estimate), 3);
    assert.equal(median?.lower, undefined);
  });

  it("has nothing before there are replicas", () => {
    assert.deepEqual(TRAINING.estimateFields(SPECIFICATION, undefined), {});
    assert.equal(TRAINING.estimates(SPECIFICATION, sumsOf([])), undefined);
  });
});

describe("the checkpoints of a training", () => {
  it("say how all replicas stand", () => {
    const { trainingCheckpoints = [] } = TRAINING.checkpointFields(SPECIFICATION, sumsOf(TEN));
    const [last] = trainingCheckpoints;
    assert.equal(trainingCheckpoints.length, 1);
    assert.deepEqual([last?.step, last?.replicaCount], [1, 10]);
    assertNear(Number(last?.medianTestLoss?.estimate), 5.5);
    assertNear(Number(last?.bestMedianTestLoss?.estimate), 4.5);
    assert.deepEqual(
      last?.testLossQuantiles?.map(({ probability, value }) => [
        probability,
        Math.round(1e8 * Number(value)) / 1e8,
      ]),
      [
        [0.05, 1],
        [0.25, 3],
        [0.5, 5.5],
        [0.75, 8],
        [0.95, 10],
      ],
    );
    // Of the nine that have not diverged.
    assertNear(Number(last?.meanLogGradientNorm), 1);
    assertNear(Number(last?.divergedShare?.estimate), 0.1);
  });

  it("have no gradient where all have diverged", () => {
    const all = TEN.map((replica): Replica => ({ ...replica, gradientNorm: 1, state: "diverged" }));
    const { trainingCheckpoints } = TRAINING.checkpointFields(SPECIFICATION, sumsOf(all));
    assert.equal(trainingCheckpoints?.[0]?.meanLogGradientNorm, undefined);
  });
});
