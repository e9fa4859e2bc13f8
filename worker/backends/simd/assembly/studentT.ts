// Student's t by the polar method: √(ν (u^{−2/ν} − 1)) cos θ (shared/random/entries.ts).

import { degreesOfFreedom } from "./law";
import { entries } from "./memory";
import { cosine64, log64 } from "./normal64";
import { multiplyAdd, storeSplats, VECTOR } from "./vector";

/** 1/2!, 1/3!, …, 1/13!: on |r| ≤ ½ ln 2 the next term of r + r²/2! + … is below 1e-16 r. */
const RECIPROCAL_FACTORIALS: usize = memory.data(12 * 16, 16);
const TERMS: usize = 12;
storeSplats<f64>(RECIPROCAL_FACTORIALS, [
  0.5, 0.16666666666666666, 0.041666666666666664, 0.008333333333333333, 0.001388888888888889,
  0.0001984126984126984, 2.48015873015873e-5, 2.7557319223985893e-6, 2.755731922398589e-7,
  2.505210838544172e-8, 2.08767569878681e-9, 1.6059043836821613e-10,
]);

const CONSTANTS: usize = memory.data(8 * 16, 16);
storeSplats<f64>(CONSTANTS, [
  0.5, 1, 4.656612873077392578125e-10, 2.3283064365386962890625e-10, 1.4426950408889634,
  6.93147180369123816490e-1, 1.90821492927058770002e-10, 4503599627371519,
]);
const HALF = CONSTANTS;
const ONE = CONSTANTS + 16;
const TWO_TO_MINUS_31 = CONSTANTS + 32;
const TWO_TO_MINUS_32 = CONSTANTS + 48;
const ONE_OVER_LN_2 = CONSTANTS + 64;
/** ln 2 in two parts, the first with so few bits that its products with exponents are exact. */
const LN_2 = CONSTANTS + 80;
const LN_2_REST = CONSTANTS + 96;
/** 2⁵² + 1023: added to a whole number k, it leaves the exponent field of 2ᵏ in the lowest bits. */
const TO_EXPONENT = CONSTANTS + 112;

/** e^y − 1 for y ≥ 0, to a few units in the last place. */
@inline
function expm1(y: v128): v128 {
  const k = f64x2.nearest(f64x2.mul(y, v128.load(ONE_OVER_LN_2)));
  const r = f64x2.sub(
    f64x2.sub(y, f64x2.mul(k, v128.load(LN_2))),
    f64x2.mul(k, v128.load(LN_2_REST)),
  );
  let sum = v128.load(RECIPROCAL_FACTORIALS, (TERMS - 1) * VECTOR);
  for (
    let at = RECIPROCAL_FACTORIALS + (TERMS - 2) * VECTOR;
    at >= RECIPROCAL_FACTORIALS;
    at -= VECTOR
  ) {
    sum = multiplyAdd<f64>(sum, r, v128.load(at));
  }
  const expm1OfRest = multiplyAdd<f64>(f64x2.mul(r, r), sum, r);
  const power = i64x2.shl(f64x2.add(k, v128.load(TO_EXPONENT)), 52);
  return multiplyAdd<f64>(power, expm1OfRest, f64x2.sub(power, v128.load(ONE)));
}

/** The uniform that words 0 and 1 make; words in the two lower lanes. */
@inline
function uniform(word0: v128, word1: v128): v128 {
  const rest = f64x2.add(f64x2.convert_low_i32x4_u(i32x4.shr_u(word1, 1)), v128.load(HALF));
  const whole = f64x2.convert_low_i32x4_u(word0);
  const n = multiplyAdd<f64>(rest, v128.load(TWO_TO_MINUS_31), whole);
  return f64x2.mul(n, v128.load(TWO_TO_MINUS_32));
}

/** Turns the words from `begin` to `end` into entries of half a group, in float64. */
export function fillStudentTs(begin: usize, end: usize, half: usize): void {
  let out = entries;
  const degrees = f64x2.splat(degreesOfFreedom);
  const exponent = f64x2.splat(-2 / degreesOfFreedom);
  for (let at = begin + 8 * half; at < end; at += 3 * VECTOR, out += VECTOR) {
    const word1 = v128.load64_zero(at, VECTOR);
    const u = uniform(v128.load64_zero(at), word1);
    const square = f64x2.mul(degrees, expm1(f64x2.mul(exponent, log64(u))));
    const cosine = cosine64(word1, v128.load64_zero(at, 2 * VECTOR));
    v128.store(out, f64x2.mul(f64x2.sqrt(square), cosine));
  }
}
