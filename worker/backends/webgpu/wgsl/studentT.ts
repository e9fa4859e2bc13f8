import { doubleSingleLiteral, singleLiteral } from "./doubleSingle.ts";

/** Where 2/ν is smaller, e^y − 1 is y to all bits that count. */
const LEAST_EXPONENT = 2 ** -60;

/** No exponential of a whole power of two is taken of a ν beyond: y is too small. */
const MOST_DEGREES = 2 ** 60;

/**
 * WGSL for an entry of `student_t` from three words, in double-single, by the law of
 * shared/random/entries.ts: √(ν (u^{−2/ν} − 1)) cos θ. It comes after doubleSingle.ts and
 * functions.ts.
 */
export function studentTEntry(degreesOfFreedom: number): string {
  const exponent = 2 / degreesOfFreedom;
  const exponentLiteral = doubleSingleLiteral(exponent < LEAST_EXPONENT ? 0 : exponent);
  return /* wgsl */ `
// The uniform that words 0 and 1 make. Close to 1, u is rounded to the 53 bits of a float64, as wherever
// else it is drawn, and its distance from 1 taken whole.
fn polarUniform(word0: u32, word1: u32) -> Scaled {
  let odd = word1 | 1u;
  if (word0 < 0xc0000000u) {
    let high = scaleByPowerOfTwo(fromWord(word0), ${singleLiteral(2 ** -32)});
    return scaled(add(high, scaleByPowerOfTwo(fromWord(odd), ${singleLiteral(2 ** -64)})));
  }
  let low = (odd + 0x400u) & 0xfffff800u;
  let carry = select(0u, 1u, odd >= 0xfffffc00u);
  let borrow = select(0u, 1u, low == 0u);
  let distance = add(
    scaleByPowerOfTwo(fromWord(~(word0 + carry) + borrow), ${singleLiteral(2 ** -32)}),
    scaleByPowerOfTwo(fromWord(0u - low), ${singleLiteral(2 ** -64)}),
  );
  return Scaled(negate(distance), 0);
}

// The square of the polar radius: nu (e^y - 1) with y = 2/nu times -log u.
fn squaredRadius(negativeLog: vec2<f32>) -> vec2<f32> {
  let y = multiply(${exponentLiteral}, negativeLog);
  let k = floor(y.x * ${singleLiteral(1 / Math.LN2)} + 0.5);
  if (k == 0.0) {
    // nu y is known without nu, which may be larger than a float32.
    return scaleByPowerOfTwo(multiply(negativeLog, growthQuotient(y)), 2.0);
  }
  let r = add(y, multiplySingle(${doubleSingleLiteral(-Math.LN2)}, k));
  let power = powerOfTwo(i32(k));
  let growth = scaleByPowerOfTwo(multiply(r, growthQuotient(r)), power);
  let degrees = ${doubleSingleLiteral(Math.min(degreesOfFreedom, MOST_DEGREES))};
  return multiply(degrees, add(growth, quickTwoSum(power, -1.0)));
}

fn studentT(word0: u32, word1: u32, word2: u32) -> vec2<f32> {
  let radius = squareRoot(squaredRadius(negate(logarithmOfScaled(polarUniform(word0, word1)))));
  return multiply(radius, circleCoordinate(word1, word2));
}
`;
}
