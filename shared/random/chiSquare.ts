import { normal } from "./normal.ts";

/**
 * Draws a chi-square variable with k degrees of freedom from a sequence of words.
 *
 * k ≥ 2: twice a Gamma(k/2) by Marsaglia and Tsang (2000), *A simple method for generating gamma
 * variables*: with d = k/2 − 1/3, c = 1/√(9d), x normal, v = (1 + cx)³ and u uniform, d v is
 * accepted if ln u < x²/2 + d (1 − v + ln v). k = 1: the square of a normal. k = 0: zero.
 *
 * An attempt takes three words, two for the normal and one for the uniform, even where k = 0 or 1
 * needs fewer, so that the words of a first attempt are at a fixed place.
 */
export function chiSquare(degrees: number, nextWord: () => number): number {
  const shape = degrees / 2 - 1 / 3;
  const steepness = 1 / Math.sqrt(9 * shape);
  for (;;) {
    const x = normal(nextWord(), nextWord());
    const u = (nextWord() + 0.5) * 2 ** -32;
    if (degrees === 0) return 0;
    if (degrees === 1) return x * x;
    const root = 1 + steepness * x;
    if (root <= 0) continue;
    const v = root * root * root;
    if (Math.log(u) < 0.5 * x * x + shape * (1 - v + Math.log(v))) return 2 * shape * v;
  }
}
