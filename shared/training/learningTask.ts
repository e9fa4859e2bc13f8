import { constantLossOf, examplesOf, type LearningTask, type Loss, type Rows } from "./examples.ts";
import { gaussianMixtureScore } from "./tasks/gaussianMixtureScore.ts";
import { iris } from "./tasks/iris.ts";
import { quinticPolynomial } from "./tasks/quinticPolynomial.ts";
import { twoSpirals } from "./tasks/twoSpirals.ts";
import type { LearningTaskName } from "./training.ts";

/** How each task's data are made, and what is minimized. */
const TASKS: Readonly<
  Record<LearningTaskName, readonly [data: () => { training: Rows; test: Rows }, loss: Loss]>
> = {
  quintic_polynomial: [quinticPolynomial, "mean_squared_error"],
  gaussian_mixture_score: [gaussianMixtureScore, "mean_squared_error"],
  two_spirals: [twoSpirals, "softmax_cross_entropy"],
  iris: [iris, "softmax_cross_entropy"],
};

/** Tasks that were made before, since each takes a millisecond. */
const made = new Map<LearningTaskName, LearningTask>();

/** The data of a task. It is the same object at each call; nobody may change it. */
export function learningTask(name: LearningTaskName): LearningTask {
  const known = made.get(name);
  if (known !== undefined) return known;
  const [data, loss] = TASKS[name];
  const { training: trainingRows, test: testRows } = data();
  const training = examplesOf(trainingRows);
  const test = examplesOf(testRows);
  const inputSize = training.inputs.length / training.count;
  const outputSize = training.targets.length / training.count;
  const constantLoss = constantLossOf(loss, test, outputSize);
  const task = { inputSize, outputSize, loss, training, test, constantLoss };
  made.set(name, task);
  return task;
}
