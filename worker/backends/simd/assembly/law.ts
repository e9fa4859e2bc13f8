// The law of the weights: which one, its parameters, and the words that a row takes.

/** Weight laws, numbered as in ../dense.ts. */
export enum Law {
  Gaussian,
  Orthogonal,
  Uniform,
  Rademacher,
  TruncatedNormal,
  StudentT,
  SparseGaussian,
}

export let law: Law = Law.Gaussian;

/** ν of Law.StudentT. */
export let degreesOfFreedom: f64 = 1;

/** Law.SparseGaussian keeps an entry whose word is at most this. */
export let lastKeepingWord: u32 = 0;

export function setLaw(newLaw: Law, newDegreesOfFreedom: f64, newLastKeepingWord: u32): void {
  law = newLaw;
  degreesOfFreedom = newDegreesOfFreedom;
  lastKeepingWord = newLastKeepingWord;
}

/** Words of a row of `width` entries, for whole pairs of entries except with Law.Rademacher. */
export function wordsOfRow(width: i32): i32 {
  if (law == Law.Rademacher) return (width + 31) >> 5;
  const pairs = (width + 1) >> 1;
  if (law == Law.StudentT) return 6 * pairs;
  if (law == Law.SparseGaussian) return 4 * pairs;
  return 2 * pairs;
}
