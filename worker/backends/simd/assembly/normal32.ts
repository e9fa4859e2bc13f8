// Box–Muller in float32, four replicas at once: the normals of shared/random/normal.ts, with a
// relative error of a few 2⁻²⁴ for every pair of words.

import { normals, words } from "./memory";
import { cubic, multiplyAdd, septic, storeSplats, VECTOR, xor } from "./vector";

/** −2 ln(1+f)/f on [−½, 0]; relative error 1.5e-7. */
const LOGARITHM: usize = memory.data(8 * 16, 16);
storeSplats<f32>(LOGARITHM, [
  -1.999999761581421, 1.0000687837600708, -0.663818895816803, 0.5436047911643982,
  -0.0804329663515091, 1.5593205690383911, 2.147660493850708, 2.3616256713867188,
]);

/** sin(tπ/4)/t in t² on [0, 1]; relative error 2.8e-8. */
const SINE: usize = memory.data(4 * 16, 16);
storeSplats<f32>(SINE, [
  0.7853981852531433, -0.08074582368135452, 0.0024909931235015392, -3.659276262624189e-5,
]);

/** cos(tπ/4) in t² on [0, 1]; relative error 6e-8. */
const COSINE: usize = memory.data(4 * 16, 16);
storeSplats<f32>(COSINE, [
  0.9999999403953552, -0.30842363834381104, 0.015848150476813316, -0.0003176308237016201,
]);

const INTEGERS: usize = memory.data(5 * 16, 16);
storeSplats<u32>(INTEGERS, [1, 0x807fffff, 0x3f000000, 126, 0]);
const ONE = INTEGERS;
const SIGN_AND_FRACTION = INTEGERS + 16;
const EXPONENT_OF_HALF = INTEGERS + 32;
const HALF_EXPONENT_FIELD = INTEGERS + 48;
const ZERO = INTEGERS + 64;

const FLOATS: usize = memory.data(4 * 16, 16);
storeSplats<f32>(FLOATS, [2.3283064365386963e-10, 4.656612873077393e-10, 1, 1.3862943611198906]);
const TWO_TO_MINUS_32 = FLOATS;
const TWO_TO_MINUS_31 = FLOATS + 16;
const UNIT = FLOATS + 32;
const TWICE_LN_2 = FLOATS + 48;

/** The odd number next to a word, read as a signed integer, times a power of two. */
@inline
function signedUnit(word: v128, scale: usize): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(v128.or(word, v128.load(ONE))), v128.load(scale));
}

/**
 * √(−2 ln u). As a signed number the word gives y in [−½, ½] with u = y if y > 0 and u = 1 + y if
 * y < 0: float32 is then exact in relative terms at both ends, where u itself would round to 1 and
 * the radius to 0. Write u = 2⁻ᵏ (1 + f) with f in [−½, 0):
 *
 *     y > 0:  k ≥ 1 is read from the exponent of y, and 1 + f is its fraction, moved to [½, 1);
 *     y < 0:  k = 0 and f = y.
 *
 * Choosing between the two needs no mask: with the sign of y kept on the fraction, fraction − 1 is
 * f if y > 0, and below −1 if y < 0; and as signed integers, of two negative floats the one smaller
 * in size comes first, and any positive float, such as y > 0, last.
 */
@inline
function radius(word: v128): v128 {
  const y = signedUnit(word, TWO_TO_MINUS_32);
  const fraction = v128.or(v128.and(y, v128.load(SIGN_AND_FRACTION)), v128.load(EXPONENT_OF_HALF));
  const f = i32x4.min_s(y, f32x4.sub(fraction, v128.load(UNIT)));
  const exponent = i32x4.sub(v128.load(HALF_EXPONENT_FIELD), i32x4.shr_u(y, 23));
  const k = f32x4.convert_i32x4_s(i32x4.max_s(exponent, v128.load(ZERO)));
  const tail = f32x4.mul(septic<f32>(LOGARITHM, f), f);
  return f32x4.sqrt(multiplyAdd<f32>(k, v128.load(TWICE_LN_2), tail));
}

/** Turns the words drawn, up to `end`, into normals. */
@inline
export function fillNormals(end: usize): void {
  let out = normals;
  for (let at = words; at < end; at += 2 * VECTOR, out += 2 * VECTOR) {
    const word0 = v128.load(at);
    const word1 = v128.load(at, VECTOR);
    const r = radius(word0);
    const t = signedUnit(word1, TWO_TO_MINUS_31);
    const square = f32x4.mul(t, t);
    const sine = f32x4.mul(cubic<f32>(SINE, square), t);
    const cosine = xor(cubic<f32>(COSINE, square), i32x4.shl(word0, 31));
    // Two words change places where bit 0 of word 1 is set.
    const exchange = i32x4.shr_s(i32x4.shl(word1, 31), 31);
    const difference = v128.and(xor(sine, cosine), exchange);
    v128.store(out, f32x4.mul(r, xor(cosine, difference)));
    v128.store(out, f32x4.mul(r, xor(sine, difference)), VECTOR);
  }
}
