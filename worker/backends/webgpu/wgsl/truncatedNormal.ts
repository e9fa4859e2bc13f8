import { doubleSingleLiteral, singleLiteral } from "./doubleSingle.ts";

/**
 * √2 erfinv(v erf √2) = v · P(t)/Q(t) with t = 1 − v²; relative error 5e-16. The same numbers are in
 * simd/assembly/truncatedNormal.ts.
 */
const NUMERATOR = [
  1.9999999999999991, 60.96067256337544, 725.5670387447093, 4304.0977499745595, 13530.118820573038,
  22306.352382793964, 18096.349361846937, 6328.728499210583, 724.6378744076271, 11.999765349752055,
];
const DENOMINATOR = [
  1, 32.19019609191625, 409.3396760498057, 2634.8950392864845, 9181.484041103613,
  17294.558844262414, 16775.345087723737, 7564.164823351486, 1300.2689759405519, 53.32557089461999,
];

/**
 * WGSL for an entry of `truncated_normal`, from one word and in double-single, by the law of
 * shared/random/entries.ts. It comes after doubleSingle.ts.
 */
export function truncatedNormalEntry(): string {
  return /* wgsl */ `
// c + p t, where both are positive.
fn hornerStep(c: vec2<f32>, p: vec2<f32>, t: vec2<f32>) -> vec2<f32> {
  let product = multiply(p, t);
  let sum = twoSum(c.x, product.x);
  return quickTwoSum(sum.x, guard(sum.y + guard(c.y + product.y)));
}

fn truncatedNormal(word: u32) -> vec2<f32> {
  let odd = word | 1u;
  let size = u32(abs(bitcast<i32>(odd)));
  // (1 - v)(1 + v), from factors that are exact.
  let product = multiply(fromWord(0x80000000u - size), fromWord(0x80000000u + size));
  let t = scaleByPowerOfTwo(product, ${singleLiteral(2 ** -62)});
  ${horner("numerator", NUMERATOR)}
  ${horner("denominator", DENOMINATOR)}
  let v = scaleByPowerOfTwo(fromInteger(odd), ${singleLiteral(2 ** -31)});
  return multiply(v, divide(numerator, denominator));
}
`;
}

/** Statements that put a polynomial in t, the lowest coefficient first, into a variable. */
function horner(name: string, coefficients: readonly number[]): string {
  const [highest, ...others] = coefficients.toReversed() as [number, ...number[]];
  return [
    `var ${name} = ${doubleSingleLiteral(highest)};`,
    ...others.map((c) => `${name} = hornerStep(${doubleSingleLiteral(c)}, ${name}, t);`),
  ].join("\n  ");
}
