import assert from "node:assert/strict";
import { resolveGain } from "../../../../shared/network/gains.ts";
import { LEARNING_TASKS, OPTIMIZERS } from "../../../../shared/training/training.ts";
import type { Backend } from "../../../../worker/backends/backend.ts";
import { referenceBackend } from "../../../../worker/backends/reference/referenceBackend.ts";
import { loadSimdBackend } from "../../../../worker/backends/simd/simdBackend.ts";
import { curves, trainingTask, type Changes } from "../tensorflowJs/trainings.ts";

/** What rounding in float64 may move a logarithm by in twenty steps of a small network. */
const TOLERANCE = 1e-7;

/** Networks that the trainer pads, or whose sums it keeps, or that leave float32. */
const NETWORKS: readonly (readonly [what: string, network: Changes["network"]])[] = [
  ["width 1", { width: 1 }],
  ["width 2", { width: 2, depth: 40, gain: 2 }],
  ["width 5", { width: 5 }],
  ["a single layer", { width: 4, depth: 1 }],
  ["a negative slope", { negativeSlope: -0.7, gain: 1 }],
  ["a steep slope", { negativeSlope: 3, gain: 0.6 }],
  ["ReLU", { negativeSlope: 0, width: 6, gain: 1.5 }],
  ["orthogonal weights", { weights: "orthogonal", gain: 1.3 }],
];

describe("training by backend simd", () => {
  let simd: Backend;
  before(async () => {
    simd = await loadSimdBackend();
  });

  async function assertAgrees(changes: Changes): Promise<void> {
    const task = trainingTask({ replicaCount: 3, ...changes });
    const expected = await curves(referenceBackend, task);
    const found = await curves(simd, task);
    for (const [replica, curve] of expected.entries()) {
      for (const [i, value] of curve.entries()) {
        const own = found[replica]?.[i] as number;
        const message = `replica ${replica}, number ${i}: ${own} and not ${value}`;
        assert.ok(Math.abs(own - value) < TOLERANCE, message);
      }
    }
    assert.notDeepEqual(found[0], found[1]);
  }

  for (const task of LEARNING_TASKS) {
    for (const optimizer of OPTIMIZERS) {
      it(`agrees with the reference, replica by replica: ${task} by ${optimizer}`, () =>
        assertAgrees({ training: { task, optimizer, weightDecay: 0.01 } }));
    }
  }

  for (const [what, network] of NETWORKS) {
    it(`agrees with the reference, replica by replica: ${what}`, () =>
      assertAgrees({ network: network ?? {} }));
  }

  // Classes are not of equal size, so that the gradient is more than what rounding leaves of it.
  it("agrees with the reference, replica by replica: activations of 1e-50, beyond float32", () =>
    assertAgrees({
      network: { width: 2, depth: 60, negativeSlope: 0.01, gain: 1 / Math.sqrt(3) },
      training: { task: "iris" },
    }));

  it("agrees with the reference on who diverges, and when", () =>
    assertAgrees({
      network: { gain: 3, depth: 8 },
      training: { optimizer: "sgd", learningRate: 0.5 },
      replicaCount: 12,
    }));

  it("agrees with the reference on medians where single curves have parted", async () => {
    const layer = { width: 2, weights: "gaussian", negativeSlope: 0.3 } as const;
    const task = trainingTask({
      network: { ...layer, depth: 10, gain: resolveGain("lyapunov", layer) },
      training: { task: "quintic_polynomial", learningRate: 0.01, stepCount: 300 },
      steps: [300],
      replicaCount: 20,
    });
    const median = async (backend: Backend) =>
      (await curves(backend, task)).map(([loss]) => loss as number).toSorted((a, b) => a - b)[10];
    assert.ok(
      Math.abs(((await median(simd)) ?? NaN) - ((await median(referenceBackend)) ?? NaN)) < 0.05,
    );
  });

  it("gives a replica the same bits beside whatever companions", async () => {
    // Some of these replicas diverge, which must not touch those beside them.
    const changes: Changes = {
      network: { gain: 2.2, depth: 8 },
      training: { optimizer: "sgd", learningRate: 0.6, stepCount: 60 },
      steps: [0, 30, 60],
    };
    const whole = await curves(simd, trainingTask({ ...changes, replicaCount: 16 }));
    const diverged = new Set(whole.map((curve) => curve[13]));
    assert.deepEqual(diverged, new Set([0, 1]));
    for (const [firstReplica, replicaCount] of [
      [0, 1],
      [1, 2],
      [5, 3],
      [7, 8],
      [15, 1],
    ] as const) {
      const part = await curves(simd, trainingTask({ ...changes, firstReplica, replicaCount }));
      assert.deepEqual(part, whole.slice(firstReplica, firstReplica + replicaCount));
    }
  });

  it("gives the same bits whatever steps are looked at, and after other tasks", async () => {
    const every = await curves(simd, trainingTask());
    await curves(
      simd,
      trainingTask({ network: { width: 7, depth: 9 }, training: { task: "iris" } }),
    );
    const last = await curves(simd, trainingTask({ steps: [20] }));
    assert.deepEqual(
      last,
      every.map((curve) => curve.slice(-5)),
    );
  });

  it("tells how it gets on at every step, and ends when its work is no longer wanted", async () => {
    let steps = 0;
    const stopping = async () => {
      await simd.train?.(trainingTask(), () => {
        steps++;
        if (steps === 5) throw new Error("nobody wants it");
      });
    };
    await assert.rejects(stopping, { message: "nobody wants it" });
    assert.equal(steps, 5);
  });
});
