/**
 * WGSL for the reflections that make an orthogonal matrix (shared/random/stream.ts). With n normals
 * g, s = sgn(g₀) and u = g + s ‖g‖ e₁, the last n units v of x become −s H v, where
 * H v = v − u (u·v) / (‖g‖ (‖g‖ + |g₀|)). It comes after doubleSingle.ts.
 */
export const REFLECTION = /* wgsl */ `
// Adds a term to a sum whose low part may be larger than that of a double-single.
fn accumulate(sum: vec2<f32>, term: vec2<f32>) -> vec2<f32> {
  let high = twoSum(sum.x, term.x);
  return vec2<f32>(high.x, guard(sum.y + guard(high.y + term.y)));
}

// The product of a normal and a unit.
fn productWith(normal: f32, v: vec2<f32>) -> vec2<f32> {
  let product = twoProduct(normal, v.x);
  return vec2<f32>(product.x, guard(product.y + normal * v.y));
}

// a times the sign of b, which is not 0.
fn signedBy(a: vec2<f32>, b: f32) -> vec2<f32> {
  return bitcast<vec2<f32>>(bitcast<vec2<u32>>(a) ^ vec2<u32>(bitcast<u32>(b) & 0x80000000u));
}

struct Reflection {
  // The norm of g.
  norm: vec2<f32>,
  // Half the squared norm of u.
  half: vec2<f32>,
}

// From the sum of squares of g, and its first element.
fn reflectionOf(squares: vec2<f32>, first: f32) -> Reflection {
  let norm = squareRoot(twoSum(squares.x, squares.y));
  return Reflection(norm, multiply(norm, addSingle(norm, abs(first))));
}

// The first element of u, and what u is multiplied with.
struct Turn {
  first: vec2<f32>,
  factor: vec2<f32>,
}

// From the first element of g, the sum g.v and the first element of v.
fn turnOf(reflection: Reflection, first: f32, products: vec2<f32>, v: vec2<f32>) -> Turn {
  let norm = signedBy(reflection.norm, first);
  let along = add(twoSum(products.x, products.y), multiply(norm, v));
  return Turn(addSingle(norm, first), signedBy(divide(along, reflection.half), first));
}

// An element of -s H v; the product is that of the factor and the element of u. Errors need only be
// small beside the norm of v.
fn turned(product: vec2<f32>, v: vec2<f32>, first: f32) -> vec2<f32> {
  let signed = signedBy(v, first);
  let difference = twoSum(product.x, -signed.x);
  return quickTwoSum(difference.x, guard(difference.y + guard(product.y - signed.y)));
}
`;
