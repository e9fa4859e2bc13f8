import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Examples } from "../../../../shared/training/examples.ts";
import { initialParameters } from "../../../../shared/training/initialParameters.ts";
import { trainedLayers } from "../../../../shared/training/layers.ts";
import { learningTask } from "../../../../shared/training/learningTask.ts";
import { LEARNING_TASKS, OPTIMIZERS } from "../../../../shared/training/training.ts";
import type { TrainingTask } from "../../../../shared/training/trainingTask.ts";
import { loadBackends } from "../tasks.ts";
import { PYTHON_PACKAGES } from "../../../support/tiers/frameworks.ts";
import { needingPython } from "../../../support/tiers/tiers.ts";
import { curves, trainingTask } from "../tensorflowJs/trainings.ts";

/** An independent loop of training in NumPy. */
const LOOP = join(import.meta.dirname, "numpy/train.py");

/** Steps to make, of a training that would make twice as many. */
const STEPS = 50;

/** Largest relative difference of a loss after so many steps. */
const TOLERANCE = 1e-3;

/** Rows of a table with `size` columns. */
function rows(table: Float64Array, size: number): number[][] {
  return Array.from({ length: table.length / size }, (_, i) => [
    ...table.subarray(i * size, (i + 1) * size),
  ]);
}

/** What NumPy's loop makes of a replica. */
function trainByNumpy(asked: TrainingTask, replica: number) {
  const { network, training, seed } = asked;
  const task = learningTask(training.task);
  const { inputSize, outputSize, loss } = task;
  const parameters = initialParameters(network, training, seed, replica);
  const layers = trainedLayers(network, task).map((layer) => ({
    weights: rows(parameters.slice(layer.weightsAt, layer.biasesAt), layer.inputSize),
    biases: Array.from(parameters.slice(layer.biasesAt, layer.biasesAt + layer.outputSize)),
  }));
  const inputsOf = ({ inputs }: Examples) => rows(inputs, inputSize);
  const targetsOf = ({ targets }: Examples) => rows(targets, outputSize);
  const input = JSON.stringify({
    ...training,
    layers,
    loss,
    slope: network.negativeSlope,
    inputs: inputsOf(task.training),
    targets: targetsOf(task.training),
    testInputs: inputsOf(task.test),
    testTargets: targetsOf(task.test),
    steps: STEPS,
  });
  const env = { ...process.env, PYTHONPATH: PYTHON_PACKAGES };
  const child = spawnSync("python3", [LOOP], { input, encoding: "utf8", env });
  assert.equal(child.status, 0, child.stderr);
  return JSON.parse(child.stdout) as { trainingLosses: number[]; testLoss: number };
}

needingPython("numpy").describe("a trained replica against an independent loop in NumPy", () => {
  for (const [i, task] of LEARNING_TASKS.entries()) {
    const optimizer = OPTIMIZERS[(i + 2) % OPTIMIZERS.length] ?? "adam";
    it(`has the same losses after ${STEPS} steps, ${task} by ${optimizer}`, async () => {
      const asked = trainingTask({
        network: { width: i + 2, depth: 10 },
        training: {
          task,
          optimizer,
          learningRate: 0.01,
          weightDecay: 0.1,
          finalLearningRateRatio: 0.1,
          stepCount: 2 * STEPS,
        },
        steps: [0, 1, STEPS],
        replicaCount: 3,
      });
      const { simd, reference } = await loadBackends();
      const expected = trainByNumpy(asked, 2);
      for (const backend of [simd, reference]) {
        const curve = (await curves(backend, asked))[2] ?? [];
        const losses = [1, 6, 11, 10].map((place) => Math.exp(curve[place] ?? NaN));
        const { trainingLosses, testLoss } = expected;
        const theirs = [trainingLosses[0], trainingLosses[1], trainingLosses[STEPS], testLoss];
        for (const [j, loss] of losses.entries()) {
          const other = theirs[j] ?? NaN;
          assert.ok(Math.abs(loss / other - 1) < TOLERANCE, `loss ${j}: ${loss} and not ${other}`);
        }
      }
      assert.notEqual(expected.trainingLosses[0], expected.trainingLosses[STEPS]);
    });
  }
});
