import {
  KEY_STEP_0,
  KEY_STEP_1,
  MULTIPLIER_0,
  MULTIPLIER_1,
  ROUNDS,
} from "../../../../shared/random/philox.ts";

/** WGSL for Philox4x32-10: the four words of a counter under a key (shared/random/philox.ts). */
export const PHILOX = /* wgsl */ `
// The upper word of a product; WGSL has no integers of 64 bits.
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let lowA = a & 0xffffu;
  let highA = a >> 16u;
  let lowB = b & 0xffffu;
  let highB = b >> 16u;
  let middle = highA * lowB + ((lowA * lowB) >> 16u);
  let carry = lowA * highB + (middle & 0xffffu);
  return highA * highB + (middle >> 16u) + (carry >> 16u);
}

fn philox4x32(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
  var c = counter;
  var k = key;
  for (var round = 0u; round < ${ROUNDS}u; round++) {
    c = vec4<u32>(
      multiplyHigh(c.z, ${MULTIPLIER_1}u) ^ c.y ^ k.x,
      c.z * ${MULTIPLIER_1}u,
      multiplyHigh(c.x, ${MULTIPLIER_0}u) ^ c.w ^ k.y,
      c.x * ${MULTIPLIER_0}u,
    );
    k += vec2<u32>(${KEY_STEP_0}u, ${KEY_STEP_1}u);
  }
  return c;
}
`;
