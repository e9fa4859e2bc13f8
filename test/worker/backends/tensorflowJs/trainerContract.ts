import assert from "node:assert/strict";

import { LEARNING_TASKS, OPTIMIZERS } from "../../../../shared/training/training.ts";
import type { Backend } from "../../../../worker/backends/backend.ts";
import { referenceBackend } from "../../../../worker/backends/reference/referenceBackend.ts";
import { batchSize } from "../../../../worker/backends/tensorflowJs/stackedTrainer.ts";
import { curves, trainingTask } from "./trainings.ts";

/** What float32 may move a logarithm by in twenty steps of a small network. */
const TOLERANCE = 2e-3;

/** Declares what must hold of a backend that trains with TensorFlow.js. */
export function itTrains(loaded: () => Promise<Backend>): void {
  let backend: Backend;
  before(async () => {
    backend = await loaded();
  });

  for (const task of LEARNING_TASKS) {
    for (const optimizer of OPTIMIZERS) {
      it(`agrees with the reference, replica by replica: ${task} by ${optimizer}`, async () => {
        const asked = trainingTask({ training: { task, optimizer }, replicaCount: 3 });
        const expected = await curves(referenceBackend, asked);
        const found = await curves(backend, asked);
        for (const [replica, curve] of expected.entries()) {
          for (const [i, value] of curve.entries()) {
            const own = found[replica]?.[i] as number;
            assert.ok(
              Math.abs(own - value) < TOLERANCE,
              `replica ${replica}, number ${i}: ${own} and not ${value}`,
            );
          }
        }
        // Something has been learned, and not the same by all.
        assert.notDeepEqual(found[0], found[1]);
      });
    }
  }

  it("gives a replica the same bits beside whatever companions", async () => {
    // Batches begin and end within this range.
    const firstReplica = batchSize(trainingTask(), 64) - 3;
    const whole = await curves(backend, trainingTask({ firstReplica, replicaCount: 7 }));
    for (const [offset, replicaCount] of [
      [0, 1],
      [2, 2],
      [3, 4],
      [6, 1],
    ] as const) {
      const task = trainingTask({ firstReplica: firstReplica + offset, replicaCount });
      assert.deepEqual(await curves(backend, task), whole.slice(offset, offset + replicaCount));
    }
  });

  it("gives the same bits whatever steps are looked at", async () => {
    const every = await curves(backend, trainingTask());
    const last = await curves(backend, trainingTask({ steps: [20] }));
    assert.deepEqual(
      last,
      every.map((curve) => curve.slice(-5)),
    );
  });

  it("keeps what diverges to itself", async () => {
    // At this rate some replicas diverge and others do not.
    const training = {
      optimizer: "sgd",
      learningRate: 0.6,
      weightDecay: 0,
      stepCount: 60,
    } as const;
    const options = { network: { gain: 2.2, depth: 8 }, training, steps: [0, 30, 60] };
    const together = await curves(backend, trainingTask({ ...options, replicaCount: 16 }));
    const diverged = together.map((curve) => curve[13] as number);
    assert.ok(diverged.includes(1) && diverged.includes(0), String(diverged));
    assert.ok(together.flat().every(Number.isFinite));
    for (const replica of [diverged.indexOf(0), diverged.indexOf(1)]) {
      const alone = trainingTask({ ...options, firstReplica: replica, replicaCount: 1 });
      assert.deepEqual(await curves(backend, alone), [together[replica]]);
    }
  });

  it("calls diverged what Adam cannot hold in float32", async () => {
    const task = trainingTask({ network: { gain: 200 }, steps: [0, 1, 2] });
    const exact = await curves(referenceBackend, task);
    const found = await curves(backend, task);
    const held = exact.findIndex((curve) => String(divergedAt(curve)) === "0,0,0");
    assert.ok(held >= 0);
    assert.deepEqual(divergedAt(found[held] ?? []), [0, 1, 1]);
  });

  it("ends when its work is no longer wanted, and tells how it gets on", async () => {
    let steps = 0;
    await assert.rejects(
      async () => {
        await backend.train?.(trainingTask(), () => {
          steps++;
          if (steps === 5) throw new Error("nobody wants it");
        });
      },
      { message: "nobody wants it" },
    );
    assert.equal(steps, 5);
  });
}

/** The observable `diverged` of a curve of three steps. */
function divergedAt(curve: readonly number[]): readonly (number | undefined)[] {
  return [curve[3], curve[8], curve[13]];
}
