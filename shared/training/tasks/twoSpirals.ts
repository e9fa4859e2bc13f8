import { oneHot, type Rows } from "../examples.ts";
import { standardizing } from "../standardize.ts";

const TRAINING_COUNT = 128;
const TEST_COUNT = 256;

/** How often each spiral goes round the origin. */
const TURNS = 1.25;

/** Points at equal steps along both spirals, `offset` of a step from the inner end. */
function spirals(count: number, offset: number): { inputs: number[][]; classes: number[] } {
  const perSpiral = count / 2;
  const classes = Array.from({ length: count }, (_, i) => i % 2);
  const inputs = classes.map((spiral, i) => {
    const way = (Math.floor(i / 2) + offset) / perSpiral;
    const radius = 0.2 + 0.8 * way;
    const angle = Math.PI * (2 * TURNS * way + spiral);
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  return { inputs, classes };
}

/**
 * Which of two interleaved spirals a point of the plane lies on. Test points lie on the same spirals,
 * between training points. Inputs are scaled to mean 0 and standard deviation 1 over the training set.
 */
export function twoSpirals(): { training: Rows; test: Rows } {
  const training = spirals(TRAINING_COUNT, 0);
  const test = spirals(TEST_COUNT, 0.5);
  const scaled = standardizing(training.inputs);
  const rows = ({ inputs, classes }: ReturnType<typeof spirals>) => ({
    inputs: inputs.map(scaled),
    targets: oneHot(classes, 2),
  });
  return { training: rows(training), test: rows(test) };
}
