// The exponential function of numbers up to zero, in float64, two replicas at once.

import { multiplyAdd, storeSplats, VECTOR } from "../vector";

/** 1/0!, 1/1!, …, 1/13!: on |r| ≤ ½ ln 2 the next term is below 1e-17. */
const RECIPROCAL_FACTORIALS: usize = memory.data(14 * 16, 16);
const TERMS: usize = 14;
storeSplats<f64>(RECIPROCAL_FACTORIALS, [
  1, 1, 0.5, 0.16666666666666666, 0.041666666666666664, 0.008333333333333333,
  0.001388888888888889, 0.0001984126984126984, 2.48015873015873e-5, 2.7557319223985893e-6,
  2.755731922398589e-7, 2.505210838544172e-8, 2.08767569878681e-9, 1.6059043836821613e-10,
]);

const CONSTANTS: usize = memory.data(5 * 16, 16);
storeSplats<f64>(CONSTANTS, [
  -708, 1.4426950408889634, 6.93147180369123816490e-1, 1.90821492927058770002e-10,
  4503599627371519,
]);
/** Numbers below have exponentials below 1e-307, and are taken for this one. */
const LEAST = CONSTANTS;
const ONE_OVER_LN_2 = CONSTANTS + 16;
/** ln 2 in two parts, the first with so few bits that its products with exponents are exact. */
const LN_2 = CONSTANTS + 32;
const LN_2_REST = CONSTANTS + 48;
/** 2⁵² + 1023: added to a whole number k, it leaves the exponent field of 2ᵏ in the lowest bits. */
const TO_EXPONENT = CONSTANTS + 64;

/** eˣ for x ≤ 0, to a few units in the last place; NaN stays NaN. */
@inline
export function exponential(x: v128): v128 {
  const bounded = f64x2.max(x, v128.load(LEAST));
  const k = f64x2.nearest(f64x2.mul(bounded, v128.load(ONE_OVER_LN_2)));
  const r = f64x2.sub(
    f64x2.sub(bounded, f64x2.mul(k, v128.load(LN_2))),
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
  return f64x2.mul(sum, i64x2.shl(f64x2.add(k, v128.load(TO_EXPONENT)), 52));
}
