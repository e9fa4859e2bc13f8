/**
 * Standard normals in float32: the normals of normal.ts, in float32 arithmetic that is specified to
 * the last rounding. This recipe is part of the contract: a backend that follows it gets the same
 * weights bit for bit, and may then propagate them as precisely as it likes. The relative error
 * against normal.ts was below 4e-7 for every pair of words that was tried.
 *
 * Products and sums are each rounded to float32, and a multiply-add is rounded once. Here a
 * multiply-add is first rounded to a double, which makes a difference once in 2²⁹.
 */
const { fround, sqrt } = Math;

// Polynomials, the lowest coefficient first. Backends that generate code take them from here.

/** −2 ln(1+f)/f on [−½, 0]; relative error 1.5e-7. */
export const LOGARITHM = singles(
  -1.999999761581421,
  1.0000687837600708,
  -0.663818895816803,
  0.5436047911643982,
  -0.0804329663515091,
  1.5593205690383911,
  2.147660493850708,
  2.3616256713867188,
);

/** sin(tπ/4)/t in t² on [0, 1]; relative error 2.8e-8. */
export const SINE = singles(
  0.7853981852531433,
  -0.08074582368135452,
  0.0024909931235015392,
  -3.659276262624189e-5,
);

/** cos(tπ/4) in t² on [0, 1]; relative error 6e-8. */
export const COSINE = singles(
  0.9999999403953552,
  -0.30842363834381104,
  0.015848150476813316,
  -0.0003176308237016201,
);

export const TWICE_LN_2 = fround(1.3862943611198906);

const [L0, L1, L2, L3, L4, L5, L6, L7] = LOGARITHM;
const [S0, S1, S2, S3] = SINE;
const [C0, C1, C2, C3] = COSINE;

function singles<T extends number[]>(...values: T): T {
  return values.map(fround) as T;
}

function multiplyAdd(a: number, b: number, c: number): number {
  return fround(a * b + c);
}

/** c₀ + c₁ x + c₂ x² + c₃ x³, pair by pair (Estrin 1960). */
function cubic(c0: number, c1: number, c2: number, c3: number, x: number, square: number): number {
  return multiplyAdd(multiplyAdd(c3, x, c2), square, multiplyAdd(c1, x, c0));
}

// One float32, and its bits.
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * The radius √(−2 ln u). The word, read as a signed odd number over 2³², gives y in (−½, ½); u = y
 * if y > 0 and u = 1 + y if y < 0, so that u is relatively exact at both ends. Then u = 2⁻ᵏ (1 +
 * f), f in [−½, 0].
 */
function radius(word: number): number {
  const y = fround(word | 1) * 2 ** -32;
  let k = 0;
  let f = y;
  if (y > 0) {
    float[0] = y;
    k = 126 - ((bits[0] as number) >>> 23);
    bits[0] = ((bits[0] as number) & 0x007fffff) | 0x3f000000;
    f = float[0] - 1;
  }
  const square = fround(f * f);
  const low = cubic(L0, L1, L2, L3, f, square);
  const high = cubic(L4, L5, L6, L7, f, square);
  const tail = fround(multiplyAdd(high, fround(square * square), low) * f);
  return fround(sqrt(multiplyAdd(k, TWICE_LN_2, tail)));
}

/** Stores the two normals of a pair of words at `out[offset]` and, if there is room, after it. */
export function storeNormals(
  out: Float64Array,
  offset: number,
  word0: number,
  word1: number,
): void {
  const r = radius(word0);
  const t = fround(word1 | 1) * 2 ** -31;
  const square = fround(t * t);
  const fourth = fround(square * square);
  const sine = fround(r * fround(cubic(S0, S1, S2, S3, square, fourth) * t));
  const sign = (word0 & 1) === 1 ? -1 : 1;
  const cosine = sign * fround(r * cubic(C0, C1, C2, C3, square, fourth));
  const exchanged = (word1 & 1) === 1;
  out[offset] = exchanged ? sine : cosine;
  if (offset + 1 < out.length) out[offset + 1] = exchanged ? cosine : sine;
}

/** Fills `out` with normals, taking a whole number of pairs of words. */
export function fillNormals(out: Float64Array, nextWord: () => number): void {
  for (let i = 0; i < out.length; i += 2) storeNormals(out, i, nextWord(), nextWord());
}
