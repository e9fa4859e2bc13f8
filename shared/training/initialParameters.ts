import type { Network } from "../network/network.ts";
import { fillNormals } from "../random/normal32.ts";
import { Stream } from "../random/stream.ts";
import { drawStack, keptCandidate } from "./drawStack.ts";
import type { LearningTask } from "./examples.ts";
import { parameterCount, trainedLayers } from "./layers.ts";
import { learningTask } from "./learningTask.ts";
import type { Training } from "./training.ts";

/** Layers of the random stream that no stack is deep enough to reach. */
const INPUT_LAYER = 2 ** 32 - 1;
const OUTPUT_LAYER = 2 ** 32 - 2;

/**
 * The parameters with which a replica begins, in the order of `trainedLayers`.
 *
 * The stack is the network that propagation draws densely for the same seed and replica; with several
 * candidates, the one that is nearest to critical over the training inputs (drawStack.ts). Entries of the input and of the output layer are
 * Gaussian with variance 1/(inputs of the layer), whatever the law of the stack is, from layers of the
 * replica's stream of their own. Biases are zero. So trainings that differ only in their stack share
 * all else, and trainings that differ only in optimizer, learning rate or decay begin alike.
 *
 * @param advanced is called after every layer of every candidate, where there are several
 */
export function initialParameters(
  network: Network,
  training: Training,
  seed: bigint,
  replica: number,
  advanced?: () => void,
): Float64Array {
  const task = learningTask(training.task);
  const { width, depth } = network;
  const stream = new Stream(seed);
  const layers = trainedLayers(network, task);
  const parameters = new Float64Array(parameterCount(layers));
  const input = gaussianWeights(stream, replica, INPUT_LAYER, task.inputSize, width);
  const output = gaussianWeights(stream, replica, OUTPUT_LAYER, width, task.outputSize);
  const inputs = multiplied(task, width, input);
  const { candidateCount } = training;
  const kept = keptCandidate(network, stream, replica, candidateCount, inputs, advanced);
  const stack = drawStack(network, stream, kept);
  for (const [i, { weightsAt }] of layers.entries()) {
    const square = width * width;
    const weights =
      i === 0 ? input : i > depth ? output : stack.subarray((i - 1) * square, i * square);
    parameters.set(weights, weightsAt);
  }
  return parameters;
}

/** Weights of shape [outputs][inputs] with mean 0 and variance 1/inputs. */
function gaussianWeights(
  stream: Stream,
  replica: number,
  layer: number,
  inputs: number,
  outputs: number,
): Float64Array {
  const weights = new Float64Array(outputs * inputs);
  const nextRow = stream.rows(replica, layer, inputs);
  for (let at = 0; at < weights.length; at += inputs) {
    fillNormals(weights.subarray(at, at + inputs), nextRow());
  }
  return weights.map((weight) => weight / Math.sqrt(inputs));
}

/** What the input layer makes of each training input. */
function multiplied(
  { inputSize, training }: LearningTask,
  width: number,
  weights: Float64Array,
): Float64Array[] {
  return Array.from({ length: training.count }, (_, example) => {
    const input = training.inputs.subarray(example * inputSize, (example + 1) * inputSize);
    return Float64Array.from({ length: width }, (__, unit) =>
      input.reduce((sum, x, i) => sum + x * (weights[unit * inputSize + i] as number), 0),
    );
  });
}
