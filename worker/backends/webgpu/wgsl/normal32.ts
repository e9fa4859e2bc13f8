import { COSINE, LOGARITHM, SINE, TWICE_LN_2 } from "../../../../shared/random/normal32.ts";
import { singleLiteral } from "./doubleSingle.ts";

/**
 * WGSL for standard normals in float32: those of shared/random/normal32.ts, to the bit. After
 * doubleSingle.ts.
 */
export const NORMAL_32 = /* wgsl */ `
// c0 + c1 x + c2 x^2 + c3 x^3, pair by pair.
fn cubic(c0: f32, c1: f32, c2: f32, c3: f32, x: f32, square: f32) -> f32 {
  return multiplyAddOnce(multiplyAddOnce(c3, x, c2), square, multiplyAddOnce(c1, x, c0));
}

// The radius: the root of -2 ln u. A signed odd number over 2^32 gives y, and u = y if y > 0, and
// u = 1 + y if y < 0. Then u = 2^-k (1 + f), with f in [-1/2, 0].
fn normalRadius(word: u32) -> f32 {
  let y = f32(bitcast<i32>(word | 1u)) * ${singleLiteral(2 ** -32)};
  let bits = bitcast<u32>(y);
  let fraction = bitcast<f32>((bits & 0x007fffffu) | 0x3f000000u) - 1.0f;
  let f = select(y, fraction, y > 0.0f);
  let k = select(0.0f, f32(126 - i32(bits >> 23u)), y > 0.0f);
  let square = guard(f * f);
  let low = cubic(${literals(LOGARITHM.slice(0, 4))}, f, square);
  let high = cubic(${literals(LOGARITHM.slice(4))}, f, square);
  let tail = guard(multiplyAddOnce(high, guard(square * square), low) * f);
  return squareRootOnce(multiplyAddOnce(k, ${singleLiteral(TWICE_LN_2)}, tail));
}

// The two normals of a pair of words.
fn normals32(word0: u32, word1: u32) -> vec2<f32> {
  let r = normalRadius(word0);
  let t = f32(bitcast<i32>(word1 | 1u)) * ${singleLiteral(2 ** -31)};
  let square = guard(t * t);
  let fourth = guard(square * square);
  let sine = r * guard(cubic(${literals(SINE)}, square, fourth) * t);
  let unsigned = r * cubic(${literals(COSINE)}, square, fourth);
  let cosine = bitcast<f32>(bitcast<u32>(unsigned) ^ (word0 << 31u));
  return select(vec2<f32>(cosine, sine), vec2<f32>(sine, cosine), (word1 & 1u) == 1u);
}
`;

function literals(values: readonly number[]): string {
  return values.map(singleLiteral).join(", ");
}
