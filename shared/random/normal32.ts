/**
 * Standard normals in float32: those of normal.ts, computed by float32 arithmetic that is spelled out
 * to the last rounding. They are float32 numbers, and part of the contract: whoever follows the
 * recipe gets the same weights bit for bit, and may then propagate them as precisely as he likes.
 * The relative error against normal.ts is below 4e-7 for every pair of words.
 *
 * Products and sums are rounded to float32 one by one, but multiply-adds once; here a multiply-add is
 * rounded to a double first, which makes a difference once in 2²⁹.
 */
const { fround, sqrt } = Math;

/** −2 ln(1+f)/f on [−½, 0]; relative error 1.5e-7. */
const LOGARITHM = [
  -1.999999761581421, 1.0000687837600708, -0.663818895816803, 0.5436047911643982,
  -0.0804329663515091, 1.5593205690383911, 2.147660493850708, 2.3616256713867188,
].map(fround);

/** sin(tπ/4)/t in t² on [0, 1]; relative error 2.8e-8. */
const SINE = [
  0.7853981852531433, -0.08074582368135452, 0.0024909931235015392, -3.659276262624189e-5,
].map(fround);

/** cos(tπ/4) in t² on [0, 1]; relative error 6e-8. */
const COSINE = [
  0.9999999403953552, -0.30842363834381104, 0.015848150476813316, -0.0003176308237016201,
].map(fround);

const TWICE_LN_2 = fround(1.3862943611198906);

function multiplyAdd(a: number, b: number, c: number): number {
  return fround(a * b + c);
}

/** A polynomial of 2ⁿ coefficients, the lowest first, pair by pair (Estrin 1960). */
function polynomial(coefficients: readonly number[], x: number): number {
  if (coefficients.length === 1) return coefficients[0] as number;
  const halves = coefficients.flatMap((c, i) =>
    i % 2 === 0 ? [multiplyAdd(coefficients[i + 1] as number, x, c)] : [],
  );
  return polynomial(halves, fround(x * x));
}

/**
 * √(−2 ln u). As a signed odd number over 2³² the word gives y in (−½, ½), with u = y if y > 0 and
 * u = 1 + y if y < 0: relatively exact at both ends. Then u = 2⁻ᵏ (1 + f), f in [−½, 0].
 */
function radius(word: number): number {
  const y = fround(word | 1) * 2 ** -32;
  const k = y > 0 ? -1 - Math.floor(Math.log2(y)) : 0;
  const f = y > 0 ? y * 2 ** k - 1 : y;
  return sqrt32(multiplyAdd(k, TWICE_LN_2, fround(polynomial(LOGARITHM, f) * f)));
}

function sqrt32(x: number): number {
  return fround(sqrt(x));
}

/** The two normals of a pair of words. */
export function normals32(word0: number, word1: number): readonly [number, number] {
  const r = radius(word0);
  const t = fround(word1 | 1) * 2 ** -31;
  const square = fround(t * t);
  const sine = fround(r * fround(polynomial(SINE, square) * t));
  const cosine = fround(r * polynomial(COSINE, square)) * ((word0 & 1) === 1 ? -1 : 1);
  return (word1 & 1) === 1 ? [sine, cosine] : [cosine, sine];
}

/** Fills `out` with normals, from a whole number of pairs of words. */
export function fillNormals(out: Float64Array, nextWord: () => number): void {
  for (let i = 0; i < out.length; i += 2) {
    const [first, second] = normals32(nextWord(), nextWord());
    out[i] = first;
    if (i + 1 < out.length) out[i + 1] = second;
  }
}
