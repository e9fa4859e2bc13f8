/**
 * sfc32, the "small fast counting" generator of Chris Doty-Humphrey's PractRand (2010): a bijection
 * of 128 bits of state. One word of it is a counter, so that no period is below 2³².
 *
 * The state is not warmed up. stream.ts seeds it with 128 bits that look random, a state that the
 * generator may have at any time, since a bijection preserves the uniform law of its state.
 * bench/testu01 has the evidence.
 *
 * @returns a function that returns the words in sequence
 */
export function sfc32(a: number, b: number, c: number, counter: number): () => number {
  return () => {
    const word = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + word) >>> 0;
    return word;
  };
}
