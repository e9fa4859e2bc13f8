import { doubleSingleLiteral, singleLiteral } from "./doubleSingle.ts";
import { series } from "./functions.ts";

/**
 * WGSL for chi-square variables in double-single; the law and the words it takes are those of
 * shared/random/chiSquare.ts. It comes after doubleSingle.ts, functions.ts, strip.ts and state.ts.
 *
 * What is accepted and what is refused must be the same as in float64, or the next words would be
 * read for another purpose. The quick test of simd/assembly/chiSquare.ts is true with some margin to
 * spare, so that rounding cannot make it wrong. Otherwise logarithms decide, and where that is closer
 * than the errors made here and in float64, `doubt` is set.
 *
 * With y = cx and a = shape, an attempt is accepted if ln u < 3a (ln(1+y) − y + y²/2 − y³/3). For
 * |y| ≤ 1/16 this is a power series, −3a y⁴ (1/4 − y/5 + y²/6 − …), whose terms hardly cancel, and
 * u is near 1, so that an excess far smaller than the terms of the formula is known.
 */
export const CHI_SQUARE = /* wgsl */ `
// steepness is 1 / sqrt(9 shape), with the shape degrees/2 - 1/3.
fn chiSquare(degrees: u32, steepness: vec2<f32>) -> vec2<f32> {
  loop {
    let word0 = nextWord();
    let word1 = nextWord();
    let word2 = nextWord();
    if (degrees == 0u) { return vec2<f32>(); }
    let x = normal(word0, word1);
    if (degrees == 1u) { return square(x); }
    let y = multiply(steepness, x);
    let root = addSingle(y, 1.0);
    // So small a root is refused: log u > -23.
    if (root.x < ${singleLiteral(2 ** -20)}) { continue; }
    let v = multiply(square(root), root);
    if (isQuicklyAccepted(x.x * y.x, word2) || isAccepted(f32(degrees), x, y, root, v, word2)) {
      return multiply(addSingle(${doubleSingleLiteral(-2 / 3)}, f32(degrees)), v);
    }
  }
}

// 1 - u > x^4 / (27 shape) is enough.
fn isQuicklyAccepted(xy: f32, word: u32) -> bool {
  return (f32(~word) + 0.5) * ${singleLiteral(2 ** -32)} > xy * xy * ${singleLiteral(1.0001 / 3)};
}

// log u < x^2/2 + shape (1 - v + log v)
fn isAccepted(
  degrees: f32, x: vec2<f32>, y: vec2<f32>, root: vec2<f32>, v: vec2<f32>, word: u32,
) -> bool {
  let shape = addSingle(${doubleSingleLiteral(-1 / 3)}, 0.5 * degrees);
  // Float64 loses this much to cancellation, and more than this is lost here.
  var closest = ${singleLiteral(2 ** -49)} * (x.x * x.x + shape.x * abs(y.x));
  var bound = vec2<f32>();
  var u = Scaled(vec2<f32>(), 0);
  if (abs(y.x) <= 0.0625) {
    let xy = multiply(x, y);
    // 3 a y^4 = x^2 y^2 / 3
    bound = multiply(multiply(square(xy), growthTail(y)), ${doubleSingleLiteral(-1 / 3)});
    // word + 1/2 - 2^32
    u = Scaled(scaleByPowerOfTwo(negate(addSingle(fromWord(~word), 0.5)), ${singleLiteral(2 ** -32)}), 0);
    closest += ${singleLiteral(2 ** -38)} * abs(bound.x);
  } else {
    let logV = multiplySingle(logarithm(root), 3.0);
    let growth = multiply(shape, add(subtract(fromSingle(1.0), v), logV));
    bound = add(scaleByPowerOfTwo(square(x), 0.5), growth);
    u = scaled(scaleByPowerOfTwo(addSingle(fromWord(word), 0.5), ${singleLiteral(2 ** -32)}));
    closest += ${singleLiteral(2 ** -40)} * (x.x * x.x + shape.x * (1.0 + v.x + abs(logV.x)) + 23.0);
  }
  let excess = subtract(bound, logarithmOfScaled(u)).x;
  if (abs(excess) < closest) { doubt = true; }
  return excess > 0.0;
}

// 1/4 - y/5 + y^2/6 - ... for |y| <= 1/16.
fn growthTail(y: vec2<f32>) -> vec2<f32> {
  ${series("y", (n) => (-1) ** n / (n + 4), 12, 5)}
  return sum;
}
`;
