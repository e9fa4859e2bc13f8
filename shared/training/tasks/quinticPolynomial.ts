import type { Rows } from "../examples.ts";
import { standardizing } from "../standardize.ts";

/** Points of the training set, evenly spaced from −1 to 1. */
const TRAINING_COUNT = 32;

/** Points of the test set, in the middle of as many equal parts of [−1, 1]. */
const TEST_COUNT = 128;

/** x (x² − ¼) (x² − 1): zero at −1, −½, 0, ½ and 1. */
function quintic([x = NaN]: readonly number[]): number[] {
  return [x * (x * x - 0.25) * (x * x - 1)];
}

/**
 * The regression of a polynomial of degree 5 on [−1, 1] with four turning points. Targets are scaled
 * to mean 0 and standard deviation 1 over the training set.
 */
export function quinticPolynomial(): { training: Rows; test: Rows } {
  const training = Array.from({ length: TRAINING_COUNT }, (_, i) => [
    (2 * i) / (TRAINING_COUNT - 1) - 1,
  ]);
  const test = Array.from({ length: TEST_COUNT }, (_, i) => [(2 * i + 1) / TEST_COUNT - 1]);
  const standardized = standardizing(training.map(quintic));
  const targets = (inputs: number[][]) => inputs.map(quintic).map(standardized);
  return {
    training: { inputs: training, targets: targets(training) },
    test: { inputs: test, targets: targets(test) },
  };
}
