// The exports of the kernel. TypeScript's side of them is ../kernel.ts.

import { normals, words } from "./memory";
import { normal64 } from "./normal64";
import { fillNormals } from "./normal32";
import { drawRow, enterGroup, enterLayer } from "./philox";

export { advanceGaussian } from "./gaussian";
export { startDense } from "./input";
export { advanceIsotropic, binomialAddress, setBinomial } from "./isotropic";
export { setIsotropic, startIsotropic } from "./isotropic";
export { setActivation } from "./layer";
export { reserve, stateAddress } from "./memory";
export { advanceOrthogonal } from "./orthogonal";
export { setKey } from "./philox";

// For tests of the random stream, after `reserve`.

export { philoxBlock } from "./philoxBlock";

/** Where words are drawn. */
export function wordsAddress(): usize {
  return words;
}

/** Draws the first `count` words of a row for four replicas. */
export function drawWords(firstReplica: u32, layer: u32, row: u32, count: i32): void {
  enterLayer(layer);
  enterGroup(firstReplica);
  drawRow(words, row, count);
}

/** Turns `count` words of four replicas into normals, and returns where these are. */
export function convertWords(count: i32): usize {
  fillNormals(words + 16 * <usize>count);
  return normals;
}

/** The first normal of two words, in float64. */
export function convertPair(word0: u32, word1: u32): f64 {
  return f64x2.extract_lane(normal64(i32x4.splat(word0), i32x4.splat(word1)), 0);
}
