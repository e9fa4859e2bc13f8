// What lies where in the trainer's memory. A vector holds one number of each of two replicas. Sizes of
// layers are padded to even numbers by units whose weights are zero, and stay so, and numbers of
// points to multiples of four.

import { VECTOR } from "../vector";

/** Units of the input, of each layer of the stack, and of the output, padded. */
export let inputs: i32 = 0;
export let width: i32 = 0;
export let outputs: i32 = 0;

/** Layers of the stack; an input layer is before it, an output layer behind it. */
export let depth: i32 = 0;

/** Outputs that are not padding. */
export let realOutputs: i32 = 0;

/**
 * All weights and biases, layer after layer: weights by output, then input; then biases. The gradient,
 * and what the optimizer remembers, have the same layout.
 */
export let parameters: usize = 0;
export let gradients: usize = 0;
export let means: usize = 0;
export let squares: usize = 0;
export let parameterBytes: usize = 0;

/** What layers yield, by unit, then point: the input layer's first, the last layer's last. */
export let activations: usize = 0;

/** What the stack's layers yield before the activation, where its sign is not that of what it yields. */
export let sums: usize = 0;

/** Gradients by what a layer yields, of this layer and of the one before. */
export let deltas: usize = 0;
export let nextDeltas: usize = 0;

/** What `gradient` and `testLoss` found: training loss, squared gradient, test loss. */
export let results: usize = 0;

/** Inputs and targets of a set, by unit, then point. */
@unmanaged
export class Points {
  /** Points that are not padding, and with padding. */
  count: i32;
  padded: i32;
  inputs: usize;
  targets: usize;
}

export const training: Points = changetype<Points>(memory.data(16, 16));
export const test: Points = changetype<Points>(memory.data(16, 16));

@inline
export function inputsOfLayer(layer: i32): i32 {
  return layer == 0 ? inputs : width;
}

@inline
export function outputsOfLayer(layer: i32): i32 {
  return layer > depth ? outputs : width;
}

/** Bytes from the first weight to that of a layer, of depth + 2 layers. */
export function offsetOf(layer: i32): usize {
  const beforeStack = width * (inputs + 1);
  const count = layer == 0 ? 0 : beforeStack + (layer - 1) * width * (width + 1);
  return VECTOR * <usize>count;
}

/** Bytes from the first weight to the first bias of a layer. */
export function biasOffsetOf(layer: i32): usize {
  return offsetOf(layer) + VECTOR * <usize>(inputsOfLayer(layer) * outputsOfLayer(layer));
}

/** Bytes of what a layer of the stack yields. */
@inline
export function layerBytes(points: i32): usize {
  return VECTOR * <usize>(width * points);
}

@inline
function even(count: i32): i32 {
  return (count + 1) & ~1;
}

function layOutPoints(points: Points, count: i32, at: usize): usize {
  points.count = count;
  points.padded = (count + 3) & ~3;
  points.inputs = at;
  points.targets = at + VECTOR * <usize>(inputs * points.padded);
  return points.targets + VECTOR * <usize>(outputs * points.padded);
}

/** Lays the memory out anew, all zeros, and grows it if it must. */
export function reserve(
  inputSize: i32,
  newWidth: i32,
  newDepth: i32,
  outputSize: i32,
  trainingCount: i32,
  testCount: i32,
): void {
  inputs = even(inputSize);
  width = even(newWidth);
  outputs = even(outputSize);
  depth = newDepth;
  realOutputs = outputSize;
  parameterBytes = biasOffsetOf(depth + 1) + VECTOR * <usize>outputs;
  const begin = (__heap_base + 63) & ~63;
  results = begin;
  parameters = results + 4 * VECTOR;
  gradients = parameters + parameterBytes;
  means = gradients + parameterBytes;
  squares = means + parameterBytes;
  const afterTraining = layOutPoints(training, trainingCount, squares + parameterBytes);
  activations = layOutPoints(test, testCount, afterTraining);
  const points = max(training.padded, test.padded);
  const widest = max(width, outputs);
  sums = activations + layerBytes(points) * <usize>(depth + 1) + VECTOR * <usize>(outputs * points);
  deltas = sums + layerBytes(points) * <usize>(depth + 1);
  nextDeltas = deltas + VECTOR * <usize>(widest * training.padded);
  const end = nextDeltas + VECTOR * <usize>(widest * training.padded);

  const pages = <i32>((end + 0xffff) >> 16);
  if (pages > memory.size() && memory.grow(pages - memory.size()) < 0) unreachable();
  memory.fill(begin, 0, end - begin);
}

/** Changes the places of the gradients by this layer and by the one before. */
export function swapDeltas(): void {
  const swapped = deltas;
  deltas = nextDeltas;
  nextDeltas = swapped;
}
