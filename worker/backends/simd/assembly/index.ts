// The exports of the kernel. TypeScript's side of them is ../kernel.ts.

import { entries, inputOf, outputOf, words } from "./memory";
import { fillNormals32 } from "./normal32";
import { normal64 } from "./normal64";
import { drawWords, enterStrip } from "./strip";
import { multiplyAdd, VECTOR } from "./vector";

export { advanceDense } from "./dense";
export { startDense, startProbes } from "./input";
export { advanceIsotropic, binomialAddress, setBinomial } from "./isotropic";
export { setIsotropic, startIsotropic } from "./isotropic";
export { setLaw } from "./law";
export { setActivation } from "./layer";
export { reserve, stateAddress } from "./memory";
export { setKey } from "./philox";

const PROBE: usize = memory.data(2 * 16, 16);

/** Whether multiplyAdd rounds once: then (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴, otherwise 0. */
export function fusesMultiplyAdd(): bool {
  v128.store(PROBE, f32x4.splat(1.000244140625));
  v128.store(PROBE, f32x4.splat(-1.00048828125), VECTOR);
  const factor = v128.load(PROBE);
  const difference = multiplyAdd<f32>(factor, factor, v128.load(PROBE, VECTOR));
  return f32x4.extract_lane(difference, 0) != 0;
}

// For tests of the random stream, after `setLaw` and `reserve`.

export { philoxBlock } from "./philox";

/** The address of the words that were drawn. */
export function wordsAddress(): usize {
  return words;
}

/** Draws the first `count` words of a strip for four replicas. */
export function drawStrip(firstReplica: u32, layer: u32, strip: u32, count: i32): void {
  enterStrip(firstReplica, layer, strip);
  drawWords(words, count);
}

/** Turns `count` words of four replicas into normals in float32, and returns where these are. */
export function convertWords(count: i32): usize {
  fillNormals32(words, words + VECTOR * <usize>count, 2);
  return entries;
}

/** Returns the first normal of two words, in float64. */
export function convertPair(word0: u32, word1: u32): f64 {
  return f64x2.extract_lane(normal64(i32x4.splat(word0), i32x4.splat(word1)), 0);
}

/** The addresses of x and z of the first group. */
export function inputAddress(): usize {
  return inputOf(0);
}

export function outputAddress(): usize {
  return outputOf(0);
}
