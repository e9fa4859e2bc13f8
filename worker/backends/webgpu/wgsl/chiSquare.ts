import { doubleSingleLiteral, singleLiteral } from "./doubleSingle.ts";

/**
 * WGSL for chi-square variables in double-single; the law and the words it takes are those of
 * shared/random/chiSquare.ts. It comes after doubleSingle.ts, functions.ts and strip.ts.
 *
 * What is accepted and what is refused must be the same as in float64, or the next words would be
 * read for another purpose. The quick test of simd/assembly/chiSquare.ts is true with some margin to
 * spare, so that rounding cannot make it wrong. The logarithms are off by less than 2⁻⁴² of the
 * largest term: where the decision is closer than 2⁻⁴⁰, `doubt` is set.
 */
export const CHI_SQUARE = /* wgsl */ `
// Not 0 where an attempt could not be decided.
var<private> doubt: u32;

// steepness is 1 / sqrt(9 shape), with the shape degrees/2 - 1/3.
fn chiSquare(degrees: u32, steepness: vec2<f32>) -> vec2<f32> {
  let whole = fromWord(degrees);
  loop {
    let word0 = nextWord();
    let word1 = nextWord();
    let word2 = nextWord();
    if (degrees == 0u) { return vec2<f32>(); }
    let x = normal(word0, word1);
    if (degrees == 1u) { return square(x); }
    let root = addSingle(multiply(steepness, x), 1.0);
    // So small a root is refused: log u > -23.
    if (root.x < ${singleLiteral(2 ** -20)}) { continue; }
    let v = multiply(square(root), root);
    let accepted = isQuicklyAccepted(x.x, steepness.x, word2) || isAccepted(x, whole, root, v, word2);
    if (accepted) {
      return multiply(add(whole, ${doubleSingleLiteral(-2 / 3)}), v);
    }
  }
}

// 1 - u > x^4 / (27 shape) is enough.
fn isQuicklyAccepted(x: f32, steepness: f32, word: u32) -> bool {
  let square = x * x;
  let fourth = square * square * (steepness * steepness);
  return (f32(~word) + 0.5) * ${singleLiteral(2 ** -32)} > fourth * ${singleLiteral(1.0001 / 3)};
}

// log u < x^2/2 + shape (1 - v + log v)
fn isAccepted(x: vec2<f32>, degrees: vec2<f32>, root: vec2<f32>, v: vec2<f32>, word: u32) -> bool {
  let u = scaleByPowerOfTwo(addSingle(fromWord(word), 0.5), ${singleLiteral(2 ** -32)});
  let shape = add(scaleByPowerOfTwo(degrees, 0.5), ${doubleSingleLiteral(-1 / 3)});
  let logV = multiplySingle(logarithm(root), 3.0);
  let growth = multiply(shape, add(subtract(fromSingle(1.0), v), logV));
  let half = scaleByPowerOfTwo(square(x), 0.5);
  let excess = subtract(add(half, growth), logarithm(u)).x;
  let largest = half.x + shape.x * (1.0 + v.x + abs(logV.x)) + 23.0;
  if (abs(excess) < ${singleLiteral(2 ** -40)} * largest) { doubt = 1u; }
  return excess > 0.0;
}
`;
