import erfinv from "@stdlib/math-base-special-erfinv";

import type { Network } from "../network/network.ts";
import { cosine } from "./normal.ts";
import { fillNormals, storeNormals } from "./normal32.ts";

/** A law of independent matrix entries, drawn at its natural scale. */
export interface EntryLaw {
  /** The entries' standard deviation. */
  readonly deviation: number;
  /** Fills `row` with entries drawn from the row's words. */
  draw(row: Float64Array, nextWord: () => number): void;
}

/** erf(√2), the probability of (−2, 2) under the standard normal law. */
const WITHIN_TWO = 0.9544997361036416;

/** φ(2), the standard normal density at 2. */
const DENSITY_AT_TWO = 0.05399096651318806;

/** The word as a signed integer, with bit 0 set, over 2³¹: in (−1, 1), never zero. */
function signedUniform(word: number): number {
  return (word | 1) * 2 ** -31;
}

/** A law that draws each entry from one word; a row takes a whole number of pairs of words. */
function wordwise(deviation: number, entry: (word: number) => number): EntryLaw {
  return {
    deviation,
    draw(row, nextWord) {
      for (let j = 0; j < row.length; j++) row[j] = entry(nextWord());
      if (row.length % 2 === 1) nextWord();
    },
  };
}

const gaussian: EntryLaw = { deviation: 1, draw: fillNormals };

/** Entries uniform on (−1, 1). */
const uniform = wordwise(Math.sqrt(1 / 3), signedUniform);

/** Entries −1 or 1: entry j is −1 if bit j mod 32, from the highest, of word ⌊j/32⌋ is set. */
const rademacher: EntryLaw = {
  deviation: 1,
  draw(row, nextWord) {
    let word = 0;
    for (let j = 0; j < row.length; j++) {
      if (j % 32 === 0) word = nextWord();
      row[j] = 1 - 2 * ((word >>> (31 - (j % 32))) & 1);
    }
  },
};

/** Standard normal entries cut at ±2, drawn by the quantile function. */
const truncatedNormal = wordwise(Math.sqrt(1 - (4 * DENSITY_AT_TWO) / WITHIN_TWO), (word) => {
  return Math.SQRT2 * erfinv(WITHIN_TWO * signedUniform(word));
});

/**
 * Student's t by the polar method: √(ν (u^{−2/ν} − 1)) cos θ, with u uniform and θ a uniform angle
 * (Bailey 1994, *Polar generation of random variates with the t-distribution*). An entry takes
 * three words. 63 bits of words 0 and 1 make u, so that tails reach the quantile of 2⁻⁶⁴. Bit 0 of
 * word 1 is a sign, and word 2 the angle, as for normals.
 */
function studentT(degreesOfFreedom: number): EntryLaw {
  const entry = (word0: number, word1: number, word2: number): number => {
    const u = (word0 + ((word1 >>> 1) + 0.5) * 2 ** -31) * 2 ** -32;
    const square = degreesOfFreedom * Math.expm1((-2 / degreesOfFreedom) * Math.log(u));
    return Math.sqrt(square) * cosine(word1, word2);
  };
  return {
    deviation: Math.sqrt(degreesOfFreedom / (degreesOfFreedom - 2)),
    draw(row, nextWord) {
      for (let j = 0; j < row.length; j++) row[j] = entry(nextWord(), nextWord(), nextWord());
      if (row.length % 2 === 1) for (let i = 0; i < 3; i++) nextWord();
    },
  };
}

/** How many of the 2³² words keep a sparse entry: the density, rounded, but at least one. */
export function keepingWords(density: number): number {
  return Math.max(1, Math.round(density * 2 ** 32));
}

/** Normals, or 0. Two entries take four words: a pair for normals, then one each to keep it. */
function sparseGaussian(density: number): EntryLaw {
  const keeping = keepingWords(density);
  return {
    deviation: Math.sqrt(keeping * 2 ** -32),
    draw(row, nextWord) {
      for (let j = 0; j < row.length; j += 2) {
        storeNormals(row, j, nextWord(), nextWord());
        if (nextWord() >= keeping) row[j] = 0;
        if (nextWord() >= keeping && j + 1 < row.length) row[j + 1] = 0;
      }
    },
  };
}

/**
 * The law of a network's entries.
 *
 * @throws RangeError if the entries are not independent, or a parameter is missing
 */
export function entryLaw({ weights, degreesOfFreedom, density }: Network): EntryLaw {
  switch (weights) {
    case "gaussian":
      return gaussian;
    case "uniform":
      return uniform;
    case "rademacher":
      return rademacher;
    case "truncated_normal":
      return truncatedNormal;
    case "student_t":
      return studentT(degreesOfFreedom ?? NaN);
    case "sparse_gaussian":
      return sparseGaussian(density ?? NaN);
    case "orthogonal":
      throw new RangeError("the entries of an orthogonal matrix are not independent");
  }
}
