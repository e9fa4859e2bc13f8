// How gradients change parameters. What decays to nothing becomes zero before it is so small that
// processors compute with it slowly.

import { multiplyAdd, VECTOR } from "../vector";
import {
  biasOffsetOf, depth, gradients, means, offsetOf, outputsOfLayer, parameters, squares,
} from "./memory";

/** Optimizers as trainer.ts numbers them. */
enum Optimizer {
  GradientDescent = 0,
  Momentum = 1,
  Adam = 2,
}

let optimizer: Optimizer = Optimizer.GradientDescent;
let weightDecay: f64 = 0;

/** β of momentum, or β₁ of Adam, and β₂ and ε. */
let keptMean: f64 = 0;
let keptSquare: f64 = 0;
let epsilon: f64 = 0;

export function setOptimizer(
  newOptimizer: i32,
  newWeightDecay: f64,
  newKeptMean: f64,
  newKeptSquare: f64,
  newEpsilon: f64,
): void {
  optimizer = newOptimizer;
  weightDecay = newWeightDecay;
  keptMean = newKeptMean;
  keptSquare = newKeptSquare;
  epsilon = newEpsilon;
}

/** x, or 0 if it is below 1e-290 in size. */
@inline
function withoutDust(x: v128): v128 {
  return v128.and(x, f64x2.gt(f64x2.abs(x), f64x2.splat(1e-290)));
}

/** Takes rate · (direction + decay · parameter) from a parameter. */
@inline
function change(at: usize, direction: v128, rate: v128, decay: v128): void {
  const parameter = v128.load(parameters + at);
  const step = multiplyAdd<f64>(decay, parameter, direction);
  v128.store(parameters + at, f64x2.sub(parameter, f64x2.mul(rate, step)));
}

function descend(at: usize, end: usize, rate: v128, decay: v128): void {
  for (; at < end; at += VECTOR) change(at, v128.load(gradients + at), rate, decay);
}

function descendWithMomentum(at: usize, end: usize, rate: v128, decay: v128): void {
  const kept = f64x2.splat(keptMean);
  for (; at < end; at += VECTOR) {
    const before = v128.load(means + at);
    const direction = withoutDust(multiplyAdd<f64>(kept, before, v128.load(gradients + at)));
    v128.store(means + at, direction);
    change(at, direction, rate, decay);
  }
}

function adam(
  at: usize,
  end: usize,
  rate: v128,
  decay: v128,
  meanFactor: f64,
  squareFactor: f64,
): void {
  const oldMean = f64x2.splat(keptMean);
  const newMean = f64x2.splat(1 - keptMean);
  const oldSquare = f64x2.splat(keptSquare);
  const newSquare = f64x2.splat(1 - keptSquare);
  const toMean = f64x2.splat(meanFactor);
  const toSquare = f64x2.splat(squareFactor);
  const least = f64x2.splat(epsilon);
  for (; at < end; at += VECTOR) {
    const gradient = v128.load(gradients + at);
    const fresh = f64x2.mul(newMean, gradient);
    const mean = withoutDust(multiplyAdd<f64>(oldMean, v128.load(means + at), fresh));
    const freshSquare = f64x2.mul(newSquare, f64x2.mul(gradient, gradient));
    const kept = multiplyAdd<f64>(oldSquare, v128.load(squares + at), freshSquare);
    const square = withoutDust(kept);
    v128.store(means + at, mean);
    v128.store(squares + at, square);
    const root = f64x2.sqrt(f64x2.mul(square, toSquare));
    const direction = f64x2.div(f64x2.mul(mean, toMean), f64x2.add(root, least));
    change(at, direction, rate, decay);
  }
}

function updateRange(
  at: usize,
  end: usize,
  rate: v128,
  decay: v128,
  meanFactor: f64,
  squareFactor: f64,
): void {
  if (optimizer == Optimizer.Adam) adam(at, end, rate, decay, meanFactor, squareFactor);
  else if (optimizer == Optimizer.Momentum) descendWithMomentum(at, end, rate, decay);
  else descend(at, end, rate, decay);
}

/**
 * Changes all parameters by their gradients.
 *
 * @param meanFactor 1/(1 − β₁ᵗ) of Adam's step t
 * @param squareFactor 1/(1 − β₂ᵗ)
 */
export function update(learningRate: f64, meanFactor: f64, squareFactor: f64): void {
  const rate = f64x2.splat(learningRate);
  const decay = f64x2.splat(weightDecay);
  const none = f64x2.splat(0);
  for (let layer = 0; layer < depth + 2; layer++) {
    const biases = biasOffsetOf(layer);
    const end = biases + VECTOR * <usize>outputsOfLayer(layer);
    updateRange(offsetOf(layer), biases, rate, decay, meanFactor, squareFactor);
    updateRange(biases, end, rate, none, meanFactor, squareFactor);
  }
}
