import { fillNormals } from "./normal.ts";
import { philox4x32 } from "./philox.ts";

/**
 * The random stream of a replica: a public contract, version 1.
 *
 * Every backend, in whatever language, draws the same bits, and test/shared/random/known-answers.txt
 * holds them to it. Philox4x32-10 is used with
 *
 *     key     = (seed mod 2³², ⌊seed / 2³²⌋)
 *     counter = (block, row, replica, layer)
 *
 * Layers are counted from 1; layer 0, row 0 is the initial input x₀. A block gives four words
 * (w₀, w₁, w₂, w₃) and, two and two, four normals (normal.ts): normal number j of a row is normal
 * j mod 4 of its block ⌊j/4⌋.
 *
 * | what | where |
 * | --- | --- |
 * | x₀[j] | normal j of row 0, layer 0 |
 * | Gaussian W[i][j] | normal j of row i, of the layer |
 * | orthogonal W | normals 0 … n−1 of row n make the n-th reflection, n = 1 … width (below) |
 * | isotropic norms | the words of row 0 of the layer, blocks 0, 1, 2 …, in sequence (below) |
 *
 * **Orthogonal** (Stewart 1980; Diaconis and Shahshahani 1987): Q₁ = ±1 and
 * Qₙ = −sgn(g₀) Hₙ · diag(1, Qₙ₋₁), where g are the n normals of row n and Hₙ is the reflection
 * along e₁ + sgn(g₀) g/‖g‖. The first column of Qₙ is g/‖g‖, uniform on the sphere, and the
 * reflection carries the Haar matrix Qₙ₋₁ onto its complement, so Qₙ is Haar. W x is reached in
 * place, without W: for n = 1, 2, …, width, reflect the last n entries of x.
 *
 * **Isotropic**: words 0 and 1 choose K ~ Binomial(width, ½) (binomial.ts); then χ²_K, then
 * χ²_{width−K}, each from attempts of three words (chiSquare.ts).
 */
export const GENERATOR = "philox4x32-10/box-muller/1";

/** The layer whose row 0 is the initial input. */
export const INPUT_LAYER = 0;

/** The two words of the key: the seed, modulo 2⁶⁴, low word first. */
export function keyOfSeed(seed: bigint): readonly [number, number] {
  return [Number(seed & 0xffffffffn), Number((seed >> 32n) & 0xffffffffn)];
}

/** Reads the rows of normals, and the sequences of words, of any replica under one seed. */
export class Stream {
  readonly #key0: number;
  readonly #key1: number;
  readonly #block = new Uint32Array(4);

  constructor(seed: bigint) {
    [this.#key0, this.#key1] = keyOfSeed(seed);
  }

  /** Fills `out` with the first normals of a row. */
  normals(out: Float64Array, row: number, replica: number, layer: number): void {
    for (let offset = 0; offset < out.length; offset += 4) {
      philox4x32(this.#block, offset / 4, row, replica, layer, this.#key0, this.#key1);
      fillNormals(this.#block, out, offset);
    }
  }

  /** A reader of the words of row 0 of a layer, in sequence. */
  words(replica: number, layer: number): () => number {
    const block = new Uint32Array(4);
    let position = 0;
    return () => {
      if (position % 4 === 0) {
        philox4x32(block, position / 4, 0, replica, layer, this.#key0, this.#key1);
      }
      return block[position++ % 4] as number;
    };
  }
}
