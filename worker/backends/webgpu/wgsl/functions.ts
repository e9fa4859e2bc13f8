import { doubleSingleLiteral, singleLiteral } from "./doubleSingle.ts";

/**
 * WGSL for functions of double-singles, with relative errors below 2⁻⁴³; it comes after
 * doubleSingle.ts. WGSL's own log, sin and cos are off by 2⁻¹¹ on some devices.
 *
 * They are the plain power series, in double-singles as far as a term weighs more than 2⁻²² of the
 * sum, and in float32 beyond.
 */
export function functions(): string {
  return /* wgsl */ `
// c + p x, where |c| >= |p x|.
fn seriesStep(c: vec2<f32>, p: vec2<f32>, x: vec2<f32>) -> vec2<f32> {
  let product = multiply(p, x);
  let sum = quickTwoSum(c.x, product.x);
  return quickTwoSum(sum.x, guard(sum.y + guard(c.y + product.y)));
}

// log(1 + f) for f between sqrt(1/2) - 1 and sqrt(2) - 1: twice the inverse hyperbolic tangent of
// s = f / (2 + f), 2 s (1 + s^2/3 + s^4/5 + ...).
fn logOfNearOne(f: vec2<f32>) -> vec2<f32> {
  let s = divide(f, addSingle(f, 2.0));
  let x = square(s);
  ${series("x", (n) => 1 / (2 * n + 1), LOGARITHM_TERMS, 5)}
  return scaleByPowerOfTwo(multiply(s, sum), 2.0);
}

// A positive number, 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
struct Scaled { f: vec2<f32>, k: i32 }

fn scaled(a: vec2<f32>) -> Scaled {
  // The bits of sqrt(1/2) are 3f3504f3.
  let k = bitcast<i32>(bitcast<u32>(a.x) - 0x3f3504f3u) >> 23u;
  // The power in two steps: it may be larger than a float32.
  let half = k / 2;
  let m = scaleByPowerOfTwo(scaleByPowerOfTwo(a, powerOfTwo(-half)), powerOfTwo(half - k));
  return Scaled(quickTwoSum(guard(m.x - 1.0), m.y), k);
}

fn logarithmOfScaled(a: Scaled) -> vec2<f32> {
  return add(multiplySingle(${doubleSingleLiteral(Math.LN2)}, f32(a.k)), logOfNearOne(a.f));
}

// log a, for a positive.
fn logarithm(a: vec2<f32>) -> vec2<f32> {
  return logarithmOfScaled(scaled(a));
}

// 2^k for k from -126 to 127.
fn powerOfTwo(k: i32) -> f32 {
  return bitcast<f32>(bitcast<u32>(k + 127) << 23u);
}

// (e^y - 1) / y for |y| <= log(2) / 2.
fn growthQuotient(y: vec2<f32>) -> vec2<f32> {
  ${series("y", (n) => 1 / factorial(n + 1), GROWTH_TERMS, 7)}
  return sum;
}

// cosine of shared/random/normal.ts: a coordinate of a uniform point on the circle, cos(t pi/4) with
// a sign, or sin(t pi/4). Both are the same series with different coefficients, so that threads side
// by side do the same.
fn circleCoordinate(signWord: u32, angleWord: u32) -> vec2<f32> {
  let t = scaleByPowerOfTwo(fromInteger(angleWord | 1u), ${singleLiteral(2 ** -31)});
  let x = square(t);
  let isSine = (angleWord & 1u) == 1u;
  ${circleSeries()}
  if (isSine) { return multiply(t, sum); }
  if ((signWord & 1u) == 1u) { return negate(sum); }
  return sum;
}

// The first normal of two words, by shared/random/normal.ts.
fn normal(word0: u32, word1: u32) -> vec2<f32> {
  let odd = word0 | 1u;
  var u = scaled(scaleByPowerOfTwo(fromWord(odd), ${singleLiteral(2 ** -32)}));
  if (odd >= 0xc0000000u) {
    // Near 1, its distance from 1 is not to lose bits.
    u = Scaled(scaleByPowerOfTwo(fromInteger(odd), ${singleLiteral(2 ** -32)}), 0);
  }
  let radius = squareRoot(scaleByPowerOfTwo(logarithmOfScaled(u), -2.0));
  return multiply(radius, circleCoordinate(word0, word1));
}
`;
}

/** Terms of the series: the next is below 2⁻⁴⁸ of the sum. */
const LOGARITHM_TERMS = 9;
const GROWTH_TERMS = 12;
const CIRCLE_TERMS = 8;

/** The series of circleCoordinate. */
function circleSeries(): string {
  const angle = Math.PI / 4;
  const cosine = (n: number) => ((-1) ** n * angle ** (2 * n)) / factorial(2 * n);
  const sine = (n: number) => ((-1) ** n * angle ** (2 * n + 1)) / factorial(2 * n + 1);
  const choice = (literal: (value: number) => string) => (n: number) =>
    `select(${literal(cosine(n))}, ${literal(sine(n))}, isSine)`;
  return sumOfSeries("x", choice(singleLiteral), choice(doubleSingleLiteral), CIRCLE_TERMS, 5);
}

/**
 * Statements that sum c₀ + c₁ x + c₂ x² + … into `sum`, the first `preciseTerms` of them in
 * double-singles.
 */
export function series(
  x: string,
  coefficient: (n: number) => number,
  terms: number,
  preciseTerms: number,
): string {
  const single = (n: number) => singleLiteral(coefficient(n));
  const double = (n: number) => doubleSingleLiteral(coefficient(n));
  return sumOfSeries(x, single, double, terms, preciseTerms);
}

/** The statements of a series whose coefficients are WGSL. */
function sumOfSeries(
  x: string,
  single: (n: number) => string,
  double: (n: number) => string,
  terms: number,
  preciseTerms: number,
): string {
  const lines = [`var rest = ${single(terms - 1)};`];
  for (let n = terms - 2; n >= preciseTerms; n--) {
    lines.push(`rest = ${single(n)} + rest * ${x}.x;`);
  }
  lines.push("var sum = fromSingle(rest);");
  for (let n = preciseTerms - 1; n >= 0; n--) {
    lines.push(`sum = seriesStep(${double(n)}, sum, ${x});`);
  }
  return lines.join("\n  ");
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
