import assert from "node:assert/strict";
import { learningRateAt } from "../../../shared/training/learningRate.ts";
import { learningTask } from "../../../shared/training/learningTask.ts";
import { mixtureScore } from "../../../shared/training/tasks/gaussianMixtureScore.ts";
import { LEARNING_TASKS, type Training } from "../../../shared/training/training.ts";

const CLASSIFICATIONS = ["two_spirals", "iris"] as const;

/** Column `index` of a table with `size` columns. */
function column(table: Float64Array, size: number, index: number): number[] {
  return [...table].filter((_, place) => place % size === index);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

describe("the data of a task", () => {
  for (const name of LEARNING_TASKS) {
    it(`are float32 numbers of the shapes it says, ${name}`, () => {
      const { inputSize, outputSize, training, test } = learningTask(name);
      for (const { count, inputs, targets } of [training, test]) {
        assert.equal(inputs.length, count * inputSize);
        assert.equal(targets.length, count * outputSize);
        assert.deepEqual(inputs, inputs.map(Math.fround));
        assert.deepEqual(targets, targets.map(Math.fround));
      }
    });
  }

  it("are scaled to mean 0 and deviation 1 over the training set", () => {
    for (const name of ["gaussian_mixture_score", "two_spirals", "iris"] as const) {
      const { inputSize, training } = learningTask(name);
      for (let i = 0; i < inputSize; i++) {
        const values = column(training.inputs, inputSize, i);
        assert.ok(Math.abs(meanOf(values)) < 1e-6, name);
        assert.ok(Math.abs(deviationOf(values) - 1) < 1e-6, name);
      }
    }
    const quintic = [...learningTask("quintic_polynomial").training.targets];
    assert.ok(Math.abs(meanOf(quintic)) < 1e-6);
    assert.ok(Math.abs(deviationOf(quintic) - 1) < 1e-6);
  });

  it("have one class for each example, and all classes in both sets", () => {
    for (const name of CLASSIFICATIONS) {
      const { outputSize, training, test } = learningTask(name);
      for (const { count, targets } of [training, test]) {
        const counts = Array.from({ length: outputSize }, (_, i) =>
          column(targets, outputSize, i).reduce((sum, value) => sum + value, 0),
        );
        assert.equal(
          counts.reduce((sum, value) => sum + value, 0),
          count,
        );
        assert.ok(Math.min(...counts) > count / outputSize - 2);
      }
    }
  });

  it("share no input between the training set and the test set", () => {
    for (const name of ["quintic_polynomial", "gaussian_mixture_score", "two_spirals"] as const) {
      const { inputSize, training, test } = learningTask(name);
      const rows = ({ inputs, count }: typeof training) =>
        Array.from({ length: count }, (_, i) =>
          inputs.slice(i * inputSize, (i + 1) * inputSize).join(),
        );
      const known = new Set(rows(training));
      assert.equal(rows(test).filter((row) => known.has(row)).length, 0, name);
    }
  });

  it("have the test loss of the best constant: no constant nearby does better", () => {
    const { outputSize, test, constantLoss } = learningTask("gaussian_mixture_score");
    const means = [0, 1].map((i) => meanOf(column(test.targets, outputSize, i)));
    const lossOf = (constant: readonly number[]) =>
      meanOf([...test.targets].map((t, i) => (t - (constant[i % 2] as number)) ** 2));
    assert.ok(Math.abs(lossOf(means) - constantLoss) < 1e-12);
    for (const shift of [-0.1, 0.1]) {
      assert.ok(lossOf(means.map((mean) => mean + shift)) > constantLoss);
    }
    assert.equal(learningTask("two_spirals").constantLoss, Math.LN2);
    const shares = [17, 17, 16].map((count) => count / 50);
    const entropy = -shares.reduce((sum, share) => sum + share * Math.log(share), 0);
    assert.ok(Math.abs(learningTask("iris").constantLoss - entropy) < 1e-12);
  });

  it("have the gradient of the mixture's log density for its score", () => {
    const centres = [90, 210, 330].map((degrees) => (degrees * Math.PI) / 180);
    const logDensity = (x: number, y: number) =>
      Math.log(
        centres.reduce((sum, angle) => {
          const square = (x - 1.5 * Math.cos(angle)) ** 2 + (y - 1.5 * Math.sin(angle)) ** 2;
          return sum + Math.exp(-square / (2 * 0.75 ** 2));
        }, 0),
      );
    const h = 1e-5;
    for (const [x, y] of [
      [0, 0],
      [1, -2],
      [-0.3, 1.7],
    ] as const) {
      const [scoreX, scoreY] = mixtureScore([x, y]) as [number, number];
      const byX = (logDensity(x + h, y) - logDensity(x - h, y)) / (2 * h);
      const byY = (logDensity(x, y + h) - logDensity(x, y - h)) / (2 * h);
      assert.ok(Math.abs(scoreX - byX) < 1e-8);
      assert.ok(Math.abs(scoreY - byY) < 1e-8);
    }
  });
});

describe("the learning rate", () => {
  const training: Training = {
    task: "iris",
    optimizer: "adam",
    learningRate: 0.5,
    weightDecay: 0,
    finalLearningRateRatio: 0.25,
    stepCount: 3,
    candidateCount: 1,
  };

  it("falls by the same factor in every step", () => {
    assert.deepEqual(
      [0, 1, 2].map((step) => learningRateAt(training, step)),
      [0.5, 0.25, 0.125],
    );
  });

  it("is that of the first step where there is one step only, or no fall", () => {
    assert.equal(learningRateAt({ ...training, stepCount: 1 }, 0), 0.5);
    assert.equal(learningRateAt({ ...training, finalLearningRateRatio: 1 }, 2), 0.5);
  });
});
