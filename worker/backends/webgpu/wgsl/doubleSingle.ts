/** How a device computes in float32; a probe finds it out, and with it the code to give it. */
export interface Arithmetic {
  /** `fma` rounds once. Where it does not, products are split into exact halves. */
  readonly fused: boolean;
  /** The compiler would simplify sums as if they were exact: each goes through an xor. */
  readonly guarded: boolean;
}

/**
 * WGSL for double-singles: a number as the unevaluated sum of two float32, vec2(high, low) with
 * high = fl(high + low). That is some 48 bits (Dekker 1971; Knuth, *The Art of Computer
 * Programming* 2, 4.2.2). Relative errors: add, addSingle, multiplySingle, multiply below 2⁻⁴⁵;
 * divide, squareRoot below 2⁻⁴⁴. Sizes must stay well inside of float32: where a product is below
 * 2⁻¹⁰⁰, its low part may be lost, since devices flush denormal numbers to zero.
 *
 * Where the arithmetic is guarded, an entry point must first set `guardBits` to a number that is
 * zero, but that no compiler can know to be: one read from a buffer.
 */
export function doubleSingle({ fused, guarded }: Arithmetic): string {
  return /* wgsl */ `
var<private> guardBits: u32;

fn guard(x: f32) -> f32 {
  ${guarded ? "return bitcast<f32>(bitcast<u32>(x) ^ guardBits);" : "return x;"}
}

// a + b, exactly.
fn twoSum(a: f32, b: f32) -> vec2<f32> {
  let sum = guard(a + b);
  let part = guard(sum - a);
  let rest = guard(sum - part);
  return vec2<f32>(sum, guard(guard(a - rest) + guard(b - part)));
}

// a + b, exactly, where |a| >= |b| or a is 0.
fn quickTwoSum(a: f32, b: f32) -> vec2<f32> {
  let sum = guard(a + b);
  return vec2<f32>(sum, guard(b - guard(sum - a)));
}

${fused ? FUSED : SPLIT}

fn fromSingle(a: f32) -> vec2<f32> {
  return vec2<f32>(a, 0.0);
}

// The word as an unsigned whole number, exactly.
fn fromWord(word: u32) -> vec2<f32> {
  return quickTwoSum(f32(word & 0xffff0000u), f32(word & 0xffffu));
}

// The word as a signed whole number, exactly.
fn fromInteger(word: u32) -> vec2<f32> {
  return quickTwoSum(f32(bitcast<i32>(word & 0xffff0000u)), f32(word & 0xffffu));
}

fn negate(a: vec2<f32>) -> vec2<f32> {
  return -a;
}

fn addSingle(a: vec2<f32>, b: f32) -> vec2<f32> {
  let sum = twoSum(a.x, b);
  return quickTwoSum(sum.x, guard(sum.y + a.y));
}

fn add(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let high = twoSum(a.x, b.x);
  let low = twoSum(a.y, b.y);
  let sum = quickTwoSum(high.x, guard(high.y + low.x));
  return quickTwoSum(sum.x, guard(sum.y + low.y));
}

fn subtract(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  return add(a, negate(b));
}

fn multiplySingle(a: vec2<f32>, b: f32) -> vec2<f32> {
  let product = twoProduct(a.x, b);
  return quickTwoSum(product.x, guard(product.y + a.y * b));
}

fn multiply(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let product = twoProduct(a.x, b.x);
  return quickTwoSum(product.x, guard(product.y + guard(a.x * b.y + a.y * b.x)));
}

fn square(a: vec2<f32>) -> vec2<f32> {
  return multiply(a, a);
}

// Exact, as long as neither part becomes denormal.
fn scaleByPowerOfTwo(a: vec2<f32>, power: f32) -> vec2<f32> {
  return a * power;
}

// a - b c, where c is nearly a / b.
fn quotientRest(a: vec2<f32>, b: vec2<f32>, c: f32) -> f32 {
  let product = twoProduct(b.x, c);
  let rest = guard(guard(a.x - product.x) - product.y);
  return guard(rest + guard(a.y - b.y * c));
}

// WGSL's quotients are off by up to 2.5 units in the last place: the second makes good for it.
fn divide(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let first = a.x / b.x;
  let quotient = guard(first + quotientRest(a, b, first) / b.x);
  return quickTwoSum(quotient, quotientRest(a, b, quotient) / b.x);
}

// a - b * b for b near the root of a, where the difference is a float32.
fn squareRootRest(a: f32, b: f32) -> f32 {
  let square = twoProduct(b, b);
  return guard(guard(a - square.x) - square.y);
}

fn squareRoot(a: vec2<f32>) -> vec2<f32> {
  if (a.x == 0.0) { return a; }
  let root = squareRootOnce(a.x);
  let rest = guard(squareRootRest(a.x, root) + a.y);
  return quickTwoSum(root, 0.5 * (rest / root));
}
`;
}

const FUSED = /* wgsl */ `
// a * b, exactly.
fn twoProduct(a: f32, b: f32) -> vec2<f32> {
  let product = guard(a * b);
  return vec2<f32>(product, fma(a, b, -product));
}

// a * b + c, rounded once.
fn multiplyAddOnce(a: f32, b: f32, c: f32) -> f32 {
  return fma(a, b, c);
}

// The root of a positive float32, rounded to nearest; WGSL's may be off by some units (Markstein
// 1990).
fn squareRootOnce(a: f32) -> f32 {
  let inverse = inverseSqrt(a);
  let root = a * inverse;
  let half = 0.5 * inverse;
  let rest = fma(-root, half, 0.5);
  let better = fma(root, rest, root);
  return fma(fma(half, rest, half), fma(-better, better, a), better);
}
`;

const SPLIT = /* wgsl */ `
// The upper 12 bits of a significand; the others are 12 bits, too.
fn upperHalf(a: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(a) & 0xfffff000u);
}

// a * b, exactly.
fn twoProduct(a: f32, b: f32) -> vec2<f32> {
  let product = guard(a * b);
  let upperA = upperHalf(a);
  let upperB = upperHalf(b);
  let lowerA = guard(a - upperA);
  let lowerB = guard(b - upperB);
  let upper = guard(guard(upperA * upperB) - product);
  let middle = guard(guard(upper + guard(upperA * lowerB)) + guard(lowerA * upperB));
  return vec2<f32>(product, guard(middle + guard(lowerA * lowerB)));
}

// a + b rounded to odd: a result that is not exact gets an odd last bit, so that it can be rounded
// once more without harm.
fn addToOdd(a: f32, b: f32) -> f32 {
  let sum = twoSum(a, b);
  let bits = bitcast<u32>(sum.x);
  if (sum.y == 0.0 || (bits & 1u) == 1u) { return sum.x; }
  let grows = (sum.y > 0.0) == (sum.x > 0.0);
  return bitcast<f32>(select(bits - 1u, bits + 1u, grows));
}

// a * b + c, rounded once (Boldo and Melquiond 2008).
fn multiplyAddOnce(a: f32, b: f32, c: f32) -> f32 {
  let product = twoProduct(a, b);
  let low = twoSum(c, product.y);
  let high = twoSum(product.x, low.x);
  return guard(high.x + addToOdd(low.y, high.y));
}

// The root of a positive float32, rounded to nearest; WGSL's may be off by some units. A root is
// never halfway between two float32, and all terms of the last comparisons are exact.
fn squareRootOnce(a: f32) -> f32 {
  let first = sqrt(a);
  let root = guard(first + 0.5 * (squareRootRest(a, first) / first));
  let rest = squareRootRest(a, root);
  let above = bitcast<f32>(bitcast<u32>(root) + 1u);
  let below = bitcast<f32>(bitcast<u32>(root) - 1u);
  if (rest > root * guard(above - root)) { return above; }
  if (rest <= -root * guard(root - below)) { return below; }
  return root;
}
`;

/** A number as a WGSL expression for a double-single; it must be one of float32's size. */
export function doubleSingleLiteral(value: number): string {
  const high = Math.fround(value);
  return `vec2<f32>(${singleLiteral(high)}, ${singleLiteral(value - high)})`;
}

/** A number, rounded to float32, as a WGSL literal. */
export function singleLiteral(value: number): string {
  return `${Math.fround(value)}f`;
}
