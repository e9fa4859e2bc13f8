// From inputs to outputs, for all points of a set: a tile of two units and four points at a time.

import { multiplyAdd, VECTOR } from "../vector";
import { keepsSums, leaky, slopes, toSigns } from "./activation";
import {
  activations, biasOffsetOf, depth, inputsOfLayer, layerBytes, offsetOf, outputsOfLayer,
  parameters, Points,
} from "./memory";

/** Stores four sums, or their activations. */
@inline
function yieldFour(
  activated: bool,
  slope: v128,
  y: usize,
  sum0: v128,
  sum1: v128,
  sum2: v128,
  sum3: v128,
): void {
  if (activated) {
    if (keepsSums) {
      const z = y + toSigns;
      v128.store(z, sum0);
      v128.store(z, sum1, VECTOR);
      v128.store(z, sum2, 2 * VECTOR);
      v128.store(z, sum3, 3 * VECTOR);
    }
    v128.store(y, leaky(sum0, sum0, slope));
    v128.store(y, leaky(sum1, sum1, slope), VECTOR);
    v128.store(y, leaky(sum2, sum2, slope), 2 * VECTOR);
    v128.store(y, leaky(sum3, sum3, slope), 3 * VECTOR);
  } else {
    v128.store(y, sum0);
    v128.store(y, sum1, VECTOR);
    v128.store(y, sum2, 2 * VECTOR);
    v128.store(y, sum3, 3 * VECTOR);
  }
}

/** y = W x + b, or φ of it, for all points. */
function layerForward(
  activated: bool,
  weights: usize,
  biases: usize,
  x: usize,
  inputCount: i32,
  y: usize,
  outputCount: i32,
  points: i32,
): void {
  const rowBytes = VECTOR * <usize>points;
  const weightBytes = VECTOR * <usize>inputCount;
  const slope = slopes();
  for (let o = 0; o < outputCount; o += 2) {
    const bias0 = v128.load(biases + VECTOR * <usize>o);
    const bias1 = v128.load(biases + VECTOR * <usize>o, VECTOR);
    const row = weights + weightBytes * <usize>o;
    const endOfRow = row + weightBytes;
    const out = y + rowBytes * <usize>o;
    for (let at: usize = 0; at < rowBytes; at += 4 * VECTOR) {
      let sum00 = bias0;
      let sum01 = bias0;
      let sum02 = bias0;
      let sum03 = bias0;
      let sum10 = bias1;
      let sum11 = bias1;
      let sum12 = bias1;
      let sum13 = bias1;
      let from = x + at;
      for (let w = row; w < endOfRow; w += VECTOR, from += rowBytes) {
        const weight0 = v128.load(w);
        const weight1 = v128.load(w + weightBytes);
        const x0 = v128.load(from);
        const x1 = v128.load(from, VECTOR);
        const x2 = v128.load(from, 2 * VECTOR);
        const x3 = v128.load(from, 3 * VECTOR);
        sum00 = multiplyAdd<f64>(weight0, x0, sum00);
        sum01 = multiplyAdd<f64>(weight0, x1, sum01);
        sum02 = multiplyAdd<f64>(weight0, x2, sum02);
        sum03 = multiplyAdd<f64>(weight0, x3, sum03);
        sum10 = multiplyAdd<f64>(weight1, x0, sum10);
        sum11 = multiplyAdd<f64>(weight1, x1, sum11);
        sum12 = multiplyAdd<f64>(weight1, x2, sum12);
        sum13 = multiplyAdd<f64>(weight1, x3, sum13);
      }
      yieldFour(activated, slope, out + at, sum00, sum01, sum02, sum03);
      yieldFour(activated, slope, out + at + rowBytes, sum10, sum11, sum12, sum13);
    }
  }
}

/** Where the values that enter a layer are; those that leave the last layer enter layer depth + 2. */
@inline
export function enteringLayer(points: Points, layer: i32): usize {
  if (layer == 0) return points.inputs;
  return activations + layerBytes(points.padded) * <usize>(layer - 1);
}

/** Computes what all layers yield. */
export function forward(points: Points): void {
  for (let layer = 0; layer < depth + 2; layer++) {
    layerForward(
      layer > 0 && layer <= depth,
      parameters + offsetOf(layer),
      parameters + biasOffsetOf(layer),
      enteringLayer(points, layer),
      inputsOfLayer(layer),
      enteringLayer(points, layer + 1),
      outputsOfLayer(layer),
      points.padded,
    );
  }
}
