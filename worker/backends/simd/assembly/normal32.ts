// Box–Muller in float32, four replicas at once: the normals of shared/random/normal32.ts, to the bit
// where multiply-adds are fused. Polynomials are evaluated pair by pair (Estrin 1960), which waits
// less than Horner's rule does. Constants are read before their loop, so that V8 keeps them in
// registers. There are sixteen, enough for those of the radius or of the angle: hence two loops.

import { entries } from "./memory";
import { multiplyAdd, storeSplats, VECTOR, xor } from "./vector";

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

const INTEGERS: usize = memory.data(6 * 16, 16);
storeSplats<u32>(INTEGERS, [1, 0x807fffff, 0x3f000000, 126, 32 << 23, 31 << 23]);
const ONE = INTEGERS;
const SIGN_AND_FRACTION = INTEGERS + 16;
const EXPONENT_OF_HALF = INTEGERS + 32;
const HALF_EXPONENT_FIELD = INTEGERS + 48;
const EXPONENT_32 = INTEGERS + 64;
const EXPONENT_31 = INTEGERS + 80;

const FLOATS: usize = memory.data(2 * 16, 16);
storeSplats<f32>(FLOATS, [1, 1.3862943611198906]);
const UNIT = FLOATS;
const TWICE_LN_2 = FLOATS + 16;

/**
 * The odd number next to a word, read as a signed integer, times a power of two. The power is taken
 * off the exponent field, which leaves a multiplier free.
 */
@inline
function signedUnit(word: v128, exponent: v128): v128 {
  return i32x4.sub(f32x4.convert_i32x4_s(v128.or(word, v128.load(ONE))), exponent);
}

/**
 * As a signed number a word gives y in [−½, ½], with u = y if y > 0 and u = 1 + y if y < 0: float32
 * is then exact in relative terms at both ends, where u itself would round to 1 and the radius to 0.
 * Write u = 2⁻ᵏ (1 + f) with f in [−½, 0):
 *
 *     y > 0:  k ≥ 1 is read from the exponent of y, and 1 + f is its fraction, moved to [½, 1);
 *     y < 0:  k = 0 and f = y.
 *
 * Choosing between the two needs no mask: with the sign of y kept on the fraction, fraction − 1 is
 * f if y > 0, and below −1 if y < 0; and as signed integers, of two negative floats the one smaller
 * in size comes first, and any positive float, such as y > 0, last.
 */
@inline
function fractionLessOne(y: v128): v128 {
  const signAndFraction = v128.and(y, v128.load(SIGN_AND_FRACTION));
  const fraction = v128.or(signAndFraction, v128.load(EXPONENT_OF_HALF));
  return i32x4.min_s(y, f32x4.sub(fraction, v128.load(UNIT)));
}

/** k of a word. Where y < 0, its sign is above the exponent field: the subtraction stops at 0. */
@inline
function negatedExponent(y: v128): v128 {
  return f32x4.convert_i32x4_s(i16x8.sub_sat_u(v128.load(HALF_EXPONENT_FIELD), i32x4.shr_u(y, 23)));
}

/**
 * Stores r² = −2 ln u for the first word of each pair, where the first normal of the pair will be.
 * f and k are taken from the next pair's word while the polynomial of this one's is evaluated: a
 * processor's queue of waiting instructions is too short to see that far ahead.
 */
function storeSquaredRadii(begin: usize, end: usize, stride: usize): void {
  const c0 = v128.load(LOGARITHM);
  const c1 = v128.load(LOGARITHM, VECTOR);
  const c2 = v128.load(LOGARITHM, 2 * VECTOR);
  const c3 = v128.load(LOGARITHM, 3 * VECTOR);
  const c4 = v128.load(LOGARITHM, 4 * VECTOR);
  const c5 = v128.load(LOGARITHM, 5 * VECTOR);
  const c6 = v128.load(LOGARITHM, 6 * VECTOR);
  const c7 = v128.load(LOGARITHM, 7 * VECTOR);
  const twiceLn2 = v128.load(TWICE_LN_2);
  let out = entries;
  let y = signedUnit(v128.load(begin), v128.load(EXPONENT_32));
  let f = fractionLessOne(y);
  let k = negatedExponent(y);
  for (let next = begin + stride; next < end + stride; next += stride, out += 2 * VECTOR) {
    y = signedUnit(v128.load(next), v128.load(EXPONENT_32));
    const square = f32x4.mul(f, f);
    const p01 = multiplyAdd<f32>(c1, f, c0);
    const p23 = multiplyAdd<f32>(c3, f, c2);
    const p45 = multiplyAdd<f32>(c5, f, c4);
    const p67 = multiplyAdd<f32>(c7, f, c6);
    const low = multiplyAdd<f32>(p23, square, p01);
    const high = multiplyAdd<f32>(p67, square, p45);
    const p = multiplyAdd<f32>(high, f32x4.mul(square, square), low);
    v128.store(out, multiplyAdd<f32>(k, twiceLn2, f32x4.mul(p, f)));
    f = fractionLessOne(y);
    k = negatedExponent(y);
  }
}

/** Makes two normals of each r²: takes the root here, beside products that need not wait for it. */
function turn(begin: usize, end: usize, stride: usize): void {
  const s0 = v128.load(SINE);
  const s1 = v128.load(SINE, VECTOR);
  const s2 = v128.load(SINE, 2 * VECTOR);
  const s3 = v128.load(SINE, 3 * VECTOR);
  const c0 = v128.load(COSINE);
  const c1 = v128.load(COSINE, VECTOR);
  const c2 = v128.load(COSINE, 2 * VECTOR);
  const c3 = v128.load(COSINE, 3 * VECTOR);
  let out = entries;
  let t = signedUnit(v128.load(begin, VECTOR), v128.load(EXPONENT_31));
  for (let at = begin; at < end; at += stride, out += 2 * VECTOR) {
    const nextT = signedUnit(v128.load(at + stride, VECTOR), v128.load(EXPONENT_31));
    const word1 = v128.load(at, VECTOR);
    const square = f32x4.mul(t, t);
    const fourth = f32x4.mul(square, square);
    const s01 = multiplyAdd<f32>(s1, square, s0);
    const s23 = multiplyAdd<f32>(s3, square, s2);
    const sine = f32x4.mul(multiplyAdd<f32>(s23, fourth, s01), t);
    const c01 = multiplyAdd<f32>(c1, square, c0);
    const c23 = multiplyAdd<f32>(c3, square, c2);
    const cosine = xor(multiplyAdd<f32>(c23, fourth, c01), i32x4.shl(v128.load(at), 31));
    // The two change places where bit 0 of word 1 is set; the difference is taken where it is not.
    const one = v128.load(ONE);
    const kept = i32x4.sub(v128.and(word1, one), one);
    const difference = v128.and(xor(sine, cosine), kept);
    const r = f32x4.sqrt(v128.load(out));
    v128.store(out, f32x4.mul(r, xor(sine, difference)));
    v128.store(out, f32x4.mul(r, xor(cosine, difference)), VECTOR);
    t = nextT;
  }
}

/** Turns words from `begin` to `end` into normals: the first two of every `wordCount` make two. */
export function fillNormals32(begin: usize, end: usize, wordCount: usize): void {
  storeSquaredRadii(begin, end, wordCount * VECTOR);
  turn(begin, end, wordCount * VECTOR);
}
