// From the gradient by the outputs to that by all weights and biases, for all points of the training
// set: tiles of two by two weights, and of two units and four points.

import { multiplyAdd, VECTOR } from "../vector";
import { leaky, slopes, toSigns } from "./activation";
import { enteringLayer } from "./forward";
import {
  biasOffsetOf, deltas, depth, gradients, inputsOfLayer, nextDeltas, offsetOf, outputsOfLayer,
  parameterBytes, parameters, swapDeltas, training,
} from "./memory";

/** Stores the sum of each of `count` rows: the gradient by the biases. */
function sumRows(rows: usize, count: i32, rowBytes: usize, out: usize): void {
  for (const end = rows + rowBytes * <usize>count; rows < end; out += VECTOR) {
    let sum0 = f64x2.splat(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    for (const endOfRow = rows + rowBytes; rows < endOfRow; rows += 4 * VECTOR) {
      sum0 = f64x2.add(sum0, v128.load(rows));
      sum1 = f64x2.add(sum1, v128.load(rows, VECTOR));
      sum2 = f64x2.add(sum2, v128.load(rows, 2 * VECTOR));
      sum3 = f64x2.add(sum3, v128.load(rows, 3 * VECTOR));
    }
    v128.store(out, f64x2.add(f64x2.add(sum0, sum1), f64x2.add(sum2, sum3)));
  }
}

/** Stores the scalar products of each row of d with each of x: the gradient by the weights. */
function multiplyRows(
  d: usize,
  outputCount: i32,
  x: usize,
  inputCount: i32,
  rowBytes: usize,
  out: usize,
): void {
  const weightBytes = VECTOR * <usize>inputCount;
  const endOfD = d + rowBytes * <usize>outputCount;
  const endOfX = x + rowBytes * <usize>inputCount;
  for (; d < endOfD; d += 2 * rowBytes, out += weightBytes) {
    for (let row = x; row < endOfX; row += 2 * rowBytes, out += 2 * VECTOR) {
      let sum00 = f64x2.splat(0);
      let sum01 = sum00;
      let sum10 = sum00;
      let sum11 = sum00;
      let odd00 = sum00;
      let odd01 = sum00;
      let odd10 = sum00;
      let odd11 = sum00;
      for (let at: usize = 0; at < rowBytes; at += 2 * VECTOR) {
        const d0 = v128.load(d + at);
        const d1 = v128.load(d + at + rowBytes);
        const x0 = v128.load(row + at);
        const x1 = v128.load(row + at + rowBytes);
        sum00 = multiplyAdd<f64>(d0, x0, sum00);
        sum01 = multiplyAdd<f64>(d0, x1, sum01);
        sum10 = multiplyAdd<f64>(d1, x0, sum10);
        sum11 = multiplyAdd<f64>(d1, x1, sum11);
        const nextD0 = v128.load(d + at, VECTOR);
        const nextD1 = v128.load(d + at + rowBytes, VECTOR);
        const nextX0 = v128.load(row + at, VECTOR);
        const nextX1 = v128.load(row + at + rowBytes, VECTOR);
        odd00 = multiplyAdd<f64>(nextD0, nextX0, odd00);
        odd01 = multiplyAdd<f64>(nextD0, nextX1, odd01);
        odd10 = multiplyAdd<f64>(nextD1, nextX0, odd10);
        odd11 = multiplyAdd<f64>(nextD1, nextX1, odd11);
      }
      v128.store(out, f64x2.add(sum00, odd00));
      v128.store(out, f64x2.add(sum01, odd01), VECTOR);
      v128.store(out + weightBytes, f64x2.add(sum10, odd10));
      v128.store(out + weightBytes, f64x2.add(sum11, odd11), VECTOR);
    }
  }
}

/** Stores four gradients by activations, or by the sums from which these were made. */
@inline
function yieldFour(
  activated: bool,
  slope: v128,
  out: usize,
  signs: usize,
  by0: v128,
  by1: v128,
  by2: v128,
  by3: v128,
): void {
  if (activated) {
    v128.store(out, leaky(by0, v128.load(signs), slope));
    v128.store(out, leaky(by1, v128.load(signs, VECTOR), slope), VECTOR);
    v128.store(out, leaky(by2, v128.load(signs, 2 * VECTOR), slope), 2 * VECTOR);
    v128.store(out, leaky(by3, v128.load(signs, 3 * VECTOR), slope), 3 * VECTOR);
  } else {
    v128.store(out, by0);
    v128.store(out, by1, VECTOR);
    v128.store(out, by2, 2 * VECTOR);
    v128.store(out, by3, 3 * VECTOR);
  }
}

/**
 * Stores Wᵀ d: the gradient by what entered a layer, or, if that came out of an activation, by the
 * sums before it, whose signs are at `signs`.
 */
function multiplyTransposed(
  activated: bool,
  weights: usize,
  d: usize,
  outputCount: i32,
  signs: usize,
  inputCount: i32,
  rowBytes: usize,
  out: usize,
): void {
  const weightBytes = VECTOR * <usize>inputCount;
  const endOfD = d + rowBytes * <usize>outputCount;
  const slope = slopes();
  for (let i = 0; i < inputCount; i += 2) {
    const column = weights + VECTOR * <usize>i;
    const offset = rowBytes * <usize>i;
    for (let at: usize = 0; at < rowBytes; at += 4 * VECTOR) {
      let sum00 = f64x2.splat(0);
      let sum01 = sum00;
      let sum02 = sum00;
      let sum03 = sum00;
      let sum10 = sum00;
      let sum11 = sum00;
      let sum12 = sum00;
      let sum13 = sum00;
      let w = column;
      for (let row = d; row < endOfD; row += rowBytes, w += weightBytes) {
        const weight0 = v128.load(w);
        const weight1 = v128.load(w, VECTOR);
        const from = row + at;
        const d0 = v128.load(from);
        const d1 = v128.load(from, VECTOR);
        const d2 = v128.load(from, 2 * VECTOR);
        const d3 = v128.load(from, 3 * VECTOR);
        sum00 = multiplyAdd<f64>(weight0, d0, sum00);
        sum01 = multiplyAdd<f64>(weight0, d1, sum01);
        sum02 = multiplyAdd<f64>(weight0, d2, sum02);
        sum03 = multiplyAdd<f64>(weight0, d3, sum03);
        sum10 = multiplyAdd<f64>(weight1, d0, sum10);
        sum11 = multiplyAdd<f64>(weight1, d1, sum11);
        sum12 = multiplyAdd<f64>(weight1, d2, sum12);
        sum13 = multiplyAdd<f64>(weight1, d3, sum13);
      }
      const place = offset + at;
      yieldFour(activated, slope, out + place, signs + place, sum00, sum01, sum02, sum03);
      const next = place + rowBytes;
      yieldFour(activated, slope, out + next, signs + next, sum10, sum11, sum12, sum13);
    }
  }
}

/** Computes the gradient by all parameters from that by the outputs, which is in `deltas`. */
export function backward(): void {
  const rowBytes = VECTOR * <usize>training.padded;
  for (let layer = depth + 1; layer >= 0; layer--) {
    const inputCount = inputsOfLayer(layer);
    const outputCount = outputsOfLayer(layer);
    const x = enteringLayer(training, layer);
    sumRows(deltas, outputCount, rowBytes, gradients + biasOffsetOf(layer));
    multiplyRows(deltas, outputCount, x, inputCount, rowBytes, gradients + offsetOf(layer));
    if (layer == 0) break;
    const weights = parameters + offsetOf(layer);
    const signs = x + toSigns;
    const activated = layer > 1;
    multiplyTransposed(
      activated, weights, deltas, outputCount, signs, inputCount, rowBytes, nextDeltas,
    );
    swapDeltas();
  }
}

/** The squared Euclidean norm of the gradient. */
export function squaredGradient(): v128 {
  let even = f64x2.splat(0);
  let odd = even;
  // Layers have even numbers of outputs, and so of parameters.
  for (let at = gradients; at < gradients + parameterBytes; at += 2 * VECTOR) {
    const first = v128.load(at);
    const second = v128.load(at, VECTOR);
    even = multiplyAdd<f64>(first, first, even);
    odd = multiplyAdd<f64>(second, second, odd);
  }
  return f64x2.add(even, odd);
}
