/**
 * WGSL for the words of a strip of a replica's layer, one after another: shared/random/stream.ts
 * and sfc32.ts. A slot is that of ../slots.ts. After philox.ts.
 */
export const STRIP = /* wgsl */ `
// The state of sfc32: a, b, c and the counter.
var<private> strip: vec4<u32>;

fn enterStrip(slot: vec4<u32>, layer: u32, number: u32) {
  strip = philox4x32(vec4<u32>(number, 0u, slot.z, layer), slot.xy);
}

fn nextWord() -> u32 {
  let word = strip.x + strip.y + strip.w;
  strip = vec4<u32>(
    strip.y ^ (strip.y >> 9u),
    strip.z + (strip.z << 3u),
    ((strip.z << 21u) | (strip.z >> 11u)) + word,
    strip.w + 1u,
  );
  return word;
}
`;
