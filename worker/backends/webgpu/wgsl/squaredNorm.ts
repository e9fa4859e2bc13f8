/**
 * WGSL for the squared norm that a replica carries from layer to layer (STATE_WORDS in ../kernel.ts),
 * multiplied layer by layer. It comes after doubleSingle.ts.
 */
export const SQUARED_NORM = /* wgsl */ `
struct Norm {
  square: vec2<f32>,
  exponent: i32,
  oneSidedLayers: u32,
}

// Multiplies a squared norm, and moves powers of four from it to the exponent.
fn multiplyNorm(norm: ptr<function, Norm>, factor: vec2<f32>) {
  let product = multiply((*norm).square, factor);
  // The exponent field, halved: the square is between 1/2 and 2 times 4^exponent.
  let exponent = i32((bitcast<u32>(product.x) >> 24u) & 0x7fu) - 63;
  (*norm).square = scaleByPowerOfTwo(product, powerOfTwo(-2 * exponent));
  (*norm).exponent += exponent;
}
`;
