import assert from "node:assert/strict";
import { initialParameters } from "../../../../shared/training/initialParameters.ts";
import { learningTask } from "../../../../shared/training/learningTask.ts";
import { LEARNING_TASKS } from "../../../../shared/training/training.ts";
import { TrainedNetwork } from "../../../../worker/backends/reference/trainedNetwork.ts";
import { trainingTask } from "../tensorflowJs/trainings.ts";

/** A step for which rounding and the error of differences are both near 1e-10. */
const STEP = 1e-5;

/** Largest difference, as a share of the gradient's norm. */
const TOLERANCE = 1e-7;

/** Slopes below zero, with widths; a negative slope hides the signs of sums. */
const NETWORKS = [
  { width: 2, negativeSlope: 0.2 },
  { width: 3, negativeSlope: -0.6 },
  { width: 5, negativeSlope: 1.7 },
];

describe("the gradient of the reference trainer", () => {
  for (const name of LEARNING_TASKS) {
    for (const shape of NETWORKS) {
      const { width, negativeSlope } = shape;
      it(`is that of finite differences, ${name}, width ${width}, slope ${negativeSlope}`, () => {
        const { network, training, seed } = trainingTask({
          network: { ...shape, depth: 4, gain: 1.5 },
          training: { task: name },
        });
        const task = learningTask(name);
        const trained = new TrainedNetwork(network, task);
        // Biases begin at zero; moved, they have their part in every sum. No kink is then within a
        // step of any sum, else the differences would tell.
        const parameters = initialParameters(network, training, seed, 2).map(
          (parameter, i) => parameter + 0.05 * Math.sin(i + 1),
        );
        const gradient = new Float64Array(parameters.length);
        const loss = trained.lossAndGradient(parameters, task.training, gradient);
        assert.equal(loss, trained.loss(parameters, task.training));
        const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
        assert.ok(norm > 0);
        for (const [i, parameter] of parameters.entries()) {
          const lossAt = (value: number) => trained.loss(parameters.with(i, value), task.training);
          const difference = (lossAt(parameter + STEP) - lossAt(parameter - STEP)) / (2 * STEP);
          const error = Math.abs(difference - (gradient[i] as number)) / norm;
          assert.ok(error < TOLERANCE, `parameter ${i}: ${gradient[i]} and not ${difference}`);
        }
      });
    }
  }
});
