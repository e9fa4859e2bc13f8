/**
 * sfc32, Chris Doty-Humphrey's "small fast counting" generator of PractRand (2010): a bijection of
 * 128 bits of state, of which one word is a counter, so that no period is below 2³².
 *
 * The state is not warmed up. Seeded with 128 bits that look random, as stream.ts does, it is where
 * the generator might be at any time: a bijection leaves the uniform law of its state as it is.
 * bench/testu01 has the evidence.
 *
 * @returns a reader of the words in sequence
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
