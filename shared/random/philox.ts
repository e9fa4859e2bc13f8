/**
 * Philox4x32-10: a keyed bijection of 128-bit counters that passes TestU01's BigCrush.
 *
 * Source: Salmon, Moraes, Dror, Shaw, *Parallel Random Numbers: As Easy as 1, 2, 3* (SC 2011). The
 * vectors published with their random123 are in test/shared/random/known-answers.txt.
 */

export const MULTIPLIER_0 = 0xd2511f53;
export const MULTIPLIER_1 = 0xcd9e8d57;
export const KEY_STEP_0 = 0x9e3779b9;
export const KEY_STEP_1 = 0xbb67ae85;
export const ROUNDS = 10;

/** The high 32 bits of the 64-bit product of two unsigned words, which a double cannot hold. */
function multiplyHigh(a: number, b: number): number {
  const byHigh = a * (b >>> 16);
  const byLow = a * (b & 0xffff);
  return Math.floor((byHigh + Math.floor(byLow / 0x10000)) / 0x10000);
}

/**
 * Encrypts one counter (four words) under a key (two words) into `out[0…3]`.
 * All words are read modulo 2³².
 */
export function philox4x32(
  out: Uint32Array,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
): void {
  let [c0, c1, c2, c3] = [counter0 >>> 0, counter1 >>> 0, counter2 >>> 0, counter3 >>> 0];
  let [k0, k1] = [key0 >>> 0, key1 >>> 0];
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(c0, MULTIPLIER_0);
    const high1 = multiplyHigh(c2, MULTIPLIER_1);
    const low0 = Math.imul(c0, MULTIPLIER_0) >>> 0;
    const low1 = Math.imul(c2, MULTIPLIER_1) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + KEY_STEP_0) >>> 0;
    k1 = (k1 + KEY_STEP_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
