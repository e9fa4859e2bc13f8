// Losses over all points of a set, and their gradients by the outputs.

import { log64 } from "../normal64";
import { multiplyAdd, VECTOR } from "../vector";
import { exponential } from "./exponential";
import { enteringLayer } from "./forward";
import { deltas, depth, outputs, Points, realOutputs } from "./memory";

/** Losses as trainer.ts numbers them. */
enum Loss {
  MeanSquaredError = 0,
  SoftmaxCrossEntropy = 1,
}

let loss: Loss = Loss.MeanSquaredError;

export function setLoss(newLoss: i32): void {
  loss = newLoss;
}

function meanSquaredError(points: Points, y: usize, differentiates: bool): v128 {
  const rowBytes = VECTOR * <usize>points.padded;
  const share = 1.0 / <f64>(points.count * realOutputs);
  const factor = f64x2.splat(2 * share);
  let sum = f64x2.splat(0);
  for (let o = 0; o < realOutputs; o++) {
    const row = rowBytes * <usize>o;
    for (let at = row; at < row + VECTOR * <usize>points.count; at += VECTOR) {
      const error = f64x2.sub(v128.load(y + at), v128.load(points.targets + at));
      sum = multiplyAdd<f64>(error, error, sum);
      if (differentiates) v128.store(deltas + at, f64x2.mul(factor, error));
    }
  }
  return f64x2.mul(sum, f64x2.splat(share));
}

/** −Σ t log softmax(y), with the largest output taken out of the exponentials. */
function crossEntropy(points: Points, y: usize, differentiates: bool): v128 {
  const rowBytes = VECTOR * <usize>points.padded;
  const end = rowBytes * <usize>realOutputs;
  const share = f64x2.splat(1.0 / <f64>points.count);
  let sum = f64x2.splat(0);
  for (let point = 0; point < points.count; point++) {
    const first = VECTOR * <usize>point;
    let largest = v128.load(y + first);
    for (let at = first + rowBytes; at < end; at += rowBytes) {
      largest = f64x2.max(largest, v128.load(y + at));
    }
    let total = f64x2.splat(0);
    for (let at = first; at < end; at += rowBytes) {
      total = f64x2.add(total, exponential(f64x2.sub(v128.load(y + at), largest)));
    }
    const logTotal = log64(total);
    for (let at = first; at < end; at += rowBytes) {
      const shifted = f64x2.sub(v128.load(y + at), largest);
      const target = v128.load(points.targets + at);
      sum = multiplyAdd<f64>(target, f64x2.sub(logTotal, shifted), sum);
      if (!differentiates) continue;
      const probability = f64x2.div(exponential(shifted), total);
      v128.store(deltas + at, f64x2.mul(share, f64x2.sub(probability, target)));
    }
  }
  return f64x2.mul(sum, share);
}

/**
 * The mean loss, after `forward`.
 *
 * @param differentiates whether the gradient by the outputs shall be left in `deltas`; only of the
 *   training set
 */
export function lossOf(points: Points, differentiates: bool): v128 {
  const y = enteringLayer(points, depth + 2);
  // Padding, of points and of outputs, has no part in the loss.
  if (differentiates) memory.fill(deltas, 0, VECTOR * <usize>(outputs * points.padded));
  return loss == Loss.MeanSquaredError
    ? meanSquaredError(points, y, differentiates)
    : crossEntropy(points, y, differentiates);
}
