import { normal } from "../../random/normal.ts";
import { Stream } from "../../random/stream.ts";
import type { Rows } from "../examples.ts";
import { standardizing } from "../standardize.ts";

const TRAINING_COUNT = 128;
const TEST_COUNT = 256;

/** The seed from which the points are drawn: training points as replica 0, test points as 1. */
const SEED = 3n;

/** The centres of the three Gaussians: the corners of an equilateral triangle, 3/2 from the origin. */
const CENTRES = [90, 210, 330].map((degrees) => {
  const angle = (degrees * Math.PI) / 180;
  return [1.5 * Math.cos(angle), 1.5 * Math.sin(angle)] as const;
});

/** The standard deviation of each Gaussian, in every direction. */
const DEVIATION = 0.75;

/** Points drawn from the mixture: a word for the Gaussian, two pairs for its normals. */
function points(count: number, replica: number): number[][] {
  const nextWord = new Stream(SEED).words(replica, 1);
  return Array.from({ length: count }, () => {
    const chosen = Math.floor((nextWord() * CENTRES.length) / 2 ** 32);
    const [x, y] = CENTRES[chosen] as readonly [number, number];
    return [
      x + DEVIATION * normal(nextWord(), nextWord()),
      y + DEVIATION * normal(nextWord(), nextWord()),
    ];
  });
}

/**
 * The score ∇ log p of the mixture, exactly: Σ wₖ (μₖ − x)/σ², with the weights wₖ in proportion to
 * exp(−‖x − μₖ‖²/2σ²).
 *
 * @internal exported for tests
 */
export function mixtureScore([x = NaN, y = NaN]: readonly number[]): number[] {
  const parts = CENTRES.map(([centreX, centreY]) => {
    const toCentre = [centreX - x, centreY - y] as const;
    const square = toCentre[0] ** 2 + toCentre[1] ** 2;
    return { toCentre, weight: Math.exp(-square / (2 * DEVIATION ** 2)) };
  });
  const total = parts.reduce((sum, { weight }) => sum + weight, 0) * DEVIATION ** 2;
  return [0, 1].map(
    (axis) =>
      parts.reduce((sum, { toCentre, weight }) => sum + weight * (toCentre[axis] as number), 0) /
      total,
  );
}

/**
 * The score of a mixture of three Gaussians in the plane, learned as the function that it is.
 * Inputs and targets are scaled to mean 0 and standard deviation 1 over the training set.
 */
export function gaussianMixtureScore(): { training: Rows; test: Rows } {
  const training = points(TRAINING_COUNT, 0);
  const scaledInput = standardizing(training);
  const scaledTarget = standardizing(training.map(mixtureScore));
  const rows = (inputs: number[][]) => ({
    inputs: inputs.map(scaledInput),
    targets: inputs.map(mixtureScore).map(scaledTarget),
  });
  return { training: rows(training), test: rows(points(TEST_COUNT, 1)) };
}
