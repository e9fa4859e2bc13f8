// Box–Muller in float64, two replicas at once: the normals of shared/random/normal64.ts to a few
// units in the last place. The polynomials are those of fdlibm (Sun Microsystems, 1993): e_log.c,
// k_sin.c, k_cos.c.

import { multiplyAdd, quintic, storeSplats, VECTOR, xor } from "./vector";

/** ln((1+s)/(1−s)) = 2s + s·R(s²): the coefficients Lg1 … Lg7 of R(z)/z, even and odd apart. */
const LOGARITHM: usize = memory.data(7 * 16, 16);
storeSplats<f64>(LOGARITHM, [
  6.666666666666735130e-1, 3.999999999940941908e-1, 2.857142874366239149e-1,
  2.222219843214978396e-1, 1.818357216161805012e-1, 1.531383769920937332e-1,
  1.479819860511658591e-1,
]);

/** (sin θ/θ − 1)/θ² in θ² on [0, π²/16]. */
const SINE: usize = memory.data(6 * 16, 16);
storeSplats<f64>(SINE, [
  -1.66666666666666324348e-1, 8.33333333332248946124e-3, -1.98412698298579493134e-4,
  2.75573137070700676789e-6, -2.50507602534068634195e-8, 1.58969099521155010221e-10,
]);

/** (cos θ − 1 + θ²/2)/θ⁴ in θ² on [0, π²/16]. */
const COSINE: usize = memory.data(6 * 16, 16);
storeSplats<f64>(COSINE, [
  4.16666666666666019037e-2, -1.38888888888741095749e-3, 2.48015872894767294178e-5,
  -2.75573143513906633035e-7, 2.08757232129817482790e-9, -1.13596475577881948265e-11,
]);

const CONSTANTS: usize = memory.data(8 * 16, 16);
storeSplats<f64>(CONSTANTS, [
  0.5, 1, 2, -2, 4.656612873077392578125e-10, 3.657295198167899e-10,
  6.93147180369123816490e-1, 1.90821492927058770002e-10,
]);
const HALF = CONSTANTS;
const ONE = CONSTANTS + 16;
const TWO = CONSTANTS + 32;
const MINUS_TWO = CONSTANTS + 48;
const TWO_TO_MINUS_31 = CONSTANTS + 64;
/** π/4 · 2⁻³¹ */
const ANGLE_STEP = CONSTANTS + 80;
/** ln 2 in two parts, the first with so few bits that its products with exponents are exact. */
const LN_2 = CONSTANTS + 96;
const LN_2_REST = CONSTANTS + 112;

const BITS: usize = memory.data(2 * 16, 16);
storeSplats<u64>(BITS, [0x3fe6a09e00000000, 0xfff0000000000000]);
const BITS_OF_ROOT_HALF = BITS;
const SIGN_AND_EXPONENT = BITS + 16;

const ODD: usize = memory.data(16, 16);
storeSplats<u32>(ODD, [1]);

/** The upper words of two float64, as the two lower lanes of four. */
@inline
function upperWords(x: v128): v128 {
  return v128.shuffle<i32>(x, x, 1, 3, 1, 3);
}

/** Natural logarithms of positive numbers. */
@inline
export function log64(x: v128): v128 {
  // x = 2ᵏ (1 + f) with 1 + f between √½ and √2, whose bits begin with 3fe6a09e.
  const offset = i64x2.sub(x, v128.load(BITS_OF_ROOT_HALF));
  const k = f64x2.convert_low_i32x4_s(i32x4.shr_s(upperWords(offset), 20));
  const exponent = v128.and(offset, v128.load(SIGN_AND_EXPONENT));
  const f = f64x2.sub(i64x2.sub(x, exponent), v128.load(ONE));

  const s = f64x2.div(f, f64x2.add(f, v128.load(TWO)));
  const z = f64x2.mul(s, s);
  const w = f64x2.mul(z, z);
  let even = multiplyAdd<f64>(v128.load(LOGARITHM, 5 * VECTOR), w, v128.load(LOGARITHM, 3 * VECTOR));
  even = multiplyAdd<f64>(even, w, v128.load(LOGARITHM, VECTOR));
  let odd = multiplyAdd<f64>(v128.load(LOGARITHM, 6 * VECTOR), w, v128.load(LOGARITHM, 4 * VECTOR));
  odd = multiplyAdd<f64>(odd, w, v128.load(LOGARITHM, 2 * VECTOR));
  odd = multiplyAdd<f64>(odd, w, v128.load(LOGARITHM));
  const r = f64x2.add(f64x2.mul(even, w), f64x2.mul(odd, z));

  // The small terms together first.
  const halfSquare = f64x2.mul(v128.load(HALF), f64x2.mul(f, f));
  const ln2Rest = f64x2.mul(k, v128.load(LN_2_REST));
  const small = multiplyAdd<f64>(s, f64x2.add(halfSquare, r), ln2Rest);
  const ln2Part = f64x2.mul(k, v128.load(LN_2));
  return f64x2.sub(ln2Part, f64x2.sub(f64x2.sub(halfSquare, small), f));
}

/** √(−2 ln u), u from the upper 31 bits of a word; words in the two lower lanes. */
@inline
function radius(word: v128): v128 {
  const n = f64x2.convert_low_i32x4_s(i32x4.shr_u(word, 1));
  const u = f64x2.mul(f64x2.add(n, v128.load(HALF)), v128.load(TWO_TO_MINUS_31));
  return f64x2.sqrt(f64x2.mul(v128.load(MINUS_TWO), log64(u)));
}

/** θ from a word; words in the two lower lanes. */
@inline
function angle(word: v128): v128 {
  const odd = f64x2.convert_low_i32x4_s(v128.or(word, v128.load(ODD)));
  return f64x2.mul(odd, v128.load(ANGLE_STEP));
}

@inline
function sine(theta: v128, square: v128): v128 {
  return multiplyAdd<f64>(f64x2.mul(theta, square), quintic<f64>(SINE, square), theta);
}

/** cos θ, with the sign that bit 0 of the word tells; words in the two lower lanes. */
@inline
function signedCosine(square: v128, word: v128): v128 {
  const fourth = f64x2.mul(f64x2.mul(square, square), quintic<f64>(COSINE, square));
  const half = f64x2.mul(v128.load(HALF), square);
  const cosine = f64x2.sub(v128.load(ONE), f64x2.sub(half, fourth));
  return xor(cosine, i64x2.shl(i64x2.extend_low_i32x4_u(word), 63));
}

/** The lanes where bit 0 of word 1 is set: there the two normals change places. */
@inline
function exchange(word1: v128): v128 {
  return i64x2.extend_low_i32x4_s(i32x4.shr_s(i32x4.shl(word1, 31), 31));
}

/**
 * A coordinate of a uniform point on the circle; words in the two lower lanes. Its sign is bit 0 of
 * the first.
 */
@inline
export function cosine64(signWord: v128, angleWord: v128): v128 {
  const theta = angle(angleWord);
  const square = f64x2.mul(theta, theta);
  const cosine = signedCosine(square, signWord);
  return v128.bitselect(sine(theta, square), cosine, exchange(angleWord));
}

/** The first normal of a pair of words; words in the two lower lanes. */
@inline
export function normal64(word0: v128, word1: v128): v128 {
  return f64x2.mul(radius(word0), cosine64(word0, word1));
}
