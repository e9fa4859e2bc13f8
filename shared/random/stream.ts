import { fillNormals } from "./normal32.ts";
import { philox4x32 } from "./philox.ts";
import { sfc32 } from "./sfc32.ts";

/**
 * The random stream of a replica: a public contract, version 2.
 *
 * Every backend, in any language, draws the same bits, and test/shared/random/known-answers.txt
 * holds them to it. The words of a layer come in **strips**, which may be drawn apart. One block of
 * Philox4x32-10 with
 *
 *     key     = (seed mod 2³², ⌊seed / 2³²⌋)
 *     counter = (strip, 0, replica, layer)
 *
 * is the state (a, b, c, counter) from which sfc32 (sfc32.ts) draws the words of a strip, at half
 * the cost of more blocks. Layers are counted from 1, rows of W from 0. A strip holds
 * ⌊1024 / width⌋ rows, but at least one; their words follow one another without a gap.
 *
 * | what | its words |
 * | --- | --- |
 * | x₀ | strip 0 of layer 0: a row of normals |
 * | W of independent entries | row after row, as in entries.ts |
 * | orthogonal W | row n − 1 holds n normals for the n-th reflection, n = 1 … width (below) |
 * | isotropic norms | strip 0 of the layer, word after word (below) |
 *
 * A network that is compared with others is shown **probe inputs**, which are the same for all
 * replicas. Probe p is a row of normals from strip 0 of layer 0 of replica p, but with a 1 in place of
 * the counter's 0.
 *
 * **Normals** are float32 numbers, each pair made from two words (normal32.ts). A row with an odd
 * number of normals leaves out the last one.
 *
 * **Orthogonal** (Stewart 1980; Diaconis and Shahshahani 1987): Q₁ = ±1 and
 * Qₙ = −sgn(g₀) Hₙ · diag(1, Qₙ₋₁), where g are the n normals and Hₙ is the reflection along
 * e₁ + sgn(g₀) g/‖g‖. The first column of Qₙ is g/‖g‖, uniform on the sphere, and the reflection
 * carries the Haar matrix Qₙ₋₁ onto its complement, so Qₙ is Haar. W x is reached in place, without
 * W: for n = 1, 2, …, width, reflect the last n entries of x.
 *
 * **Isotropic**: words 0 and 1 choose K ~ Binomial(width, ½) (binomial.ts); then χ²_K, then
 * χ²_{width−K}, each from attempts of three words (chiSquare.ts).
 */
export const GENERATOR = "philox4x32-10/sfc32/2";

/**
 * True if a generator's words are those of this stream, so that its replicas are the same ones as all
 * other such generators draw. What follows the stream's name tells their rounding apart.
 */
export function isOfCommonStream(generator: string): boolean {
  return generator === GENERATOR || generator.startsWith(`${GENERATOR} `);
}

/** The layer whose strip 0 is the initial input. */
const INPUT_LAYER = 0;

/** What words are for, the second word of the counter: replicas, or the probe inputs of all of them. */
const REPLICAS = 0;
const PROBES = 1;

/** Most entries in a strip, unless a single row has more. */
export const STRIP_ENTRIES = 1024;

/** Number of rows in a strip. */
export function rowsOfStrip(width: number): number {
  return Math.max(1, Math.floor(STRIP_ENTRIES / width));
}

/** The two words of the key: the seed modulo 2⁶⁴, low word first. */
export function keyOfSeed(seed: bigint): readonly [number, number] {
  return [Number(seed & 0xffffffffn), Number((seed >> 32n) & 0xffffffffn)];
}

/** Reads the words of any replica under one seed. */
export class Stream {
  readonly #key0: number;
  readonly #key1: number;

  constructor(seed: bigint) {
    [this.#key0, this.#key1] = keyOfSeed(seed);
  }

  /** Returns a function that returns the words of a strip in sequence. */
  words(replica: number, layer: number, strip = 0): () => number {
    return this.#words(strip, REPLICAS, replica, layer);
  }

  #words(strip: number, purpose: number, replica: number, layer: number): () => number {
    const state = new Uint32Array(4);
    philox4x32(state, strip, purpose, replica, layer, this.#key0, this.#key1);
    return sfc32(...(state as unknown as [number, number, number, number]));
  }

  /** Fills `out` with a replica's initial input. */
  input(out: Float64Array, replica: number): void {
    fillNormals(out, this.words(replica, INPUT_LAYER));
  }

  /** Fills `out` with a probe input, which is the same for all replicas. */
  probe(out: Float64Array, index: number): void {
    fillNormals(out, this.#words(0, PROBES, index, INPUT_LAYER));
  }

  /** Reads a layer's rows 0, 1, 2, …: each call of the result returns the next row's words. */
  rows(replica: number, layer: number, width: number): () => () => number {
    const rows = rowsOfStrip(width);
    let row = 0;
    let nextWord = this.words(replica, layer);
    return () => {
      if (row > 0 && row % rows === 0) nextWord = this.words(replica, layer, row / rows);
      row++;
      return nextWord;
    };
  }
}
