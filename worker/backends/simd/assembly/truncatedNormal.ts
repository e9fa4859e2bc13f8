// Standard normals cut at ±2, by their quantile function: with v uniform on (−1, 1), the entry is
// √2 erfinv(v erf √2) = v · P(t)/Q(t), t = 1 − v². The function has its singularity at v² = 1.098,
// close to the end; in powers of t, no sum of the two polynomials cancels.

import { entries } from "./memory";
import { multiplyAdd, storeSplats, VECTOR } from "./vector";

const DEGREE: usize = 9;

/** Relative error 5e-16 on [0, 1]; fitted by linearised least squares with 60 digits. */
const NUMERATOR: usize = memory.data(10 * 16, 16);
storeSplats<f64>(NUMERATOR, [
  1.9999999999999991, 60.96067256337544, 725.5670387447093, 4304.0977499745595, 13530.118820573038,
  22306.352382793964, 18096.349361846937, 6328.728499210583, 724.6378744076271, 11.999765349752055,
]);
const DENOMINATOR: usize = memory.data(10 * 16, 16);
storeSplats<f64>(DENOMINATOR, [
  1, 32.19019609191625, 409.3396760498057, 2634.8950392864845, 9181.484041103613,
  17294.558844262414, 16775.345087723737, 7564.164823351486, 1300.2689759405519, 53.32557089461999,
]);

const ODD: usize = memory.data(16, 16);
storeSplats<u32>(ODD, [1]);

const CONSTANTS: usize = memory.data(2 * 16, 16);
storeSplats<f64>(CONSTANTS, [4.656612873077392578125e-10, 1]);
const TWO_TO_MINUS_31 = CONSTANTS;
const ONE = CONSTANTS + 16;

/** The odd number next to a word, read as a signed integer; words in the two lower lanes. */
@inline
function signedOdd(word: v128): v128 {
  return f64x2.convert_low_i32x4_s(v128.or(word, v128.load(ODD)));
}

@inline
function polynomial(at: usize, t: v128): v128 {
  let y = v128.load(at, DEGREE * VECTOR);
  for (let i = at + (DEGREE - 1) * VECTOR; i >= at; i -= VECTOR) {
    y = multiplyAdd<f64>(y, t, v128.load(i));
  }
  return y;
}

/** Turns the words from `begin` to `end` into entries of half a group, in float64. */
export function fillTruncatedNormals(begin: usize, end: usize, half: usize): void {
  let out = entries;
  for (let at = begin + 8 * half; at < end; at += VECTOR, out += VECTOR) {
    const v = f64x2.mul(signedOdd(v128.load64_zero(at)), v128.load(TWO_TO_MINUS_31));
    const t = multiplyAdd<f64>(f64x2.neg(v), v, v128.load(ONE));
    const quotient = f64x2.div(polynomial(NUMERATOR, t), polynomial(DENOMINATOR, t));
    v128.store(out, f64x2.mul(v, quotient));
  }
}
