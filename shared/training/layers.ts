import type { Network } from "../network/network.ts";
import type { LearningTask } from "./examples.ts";

/** A layer of a network that is trained, and where its parameters lie among all of them. */
export interface TrainedLayer {
  readonly inputSize: number;
  readonly outputSize: number;
  /** Place of the first weight; weights have the shape [outputSize][inputSize], row-major. */
  readonly weightsAt: number;
  /** Place of the first of `outputSize` biases, behind the weights. */
  readonly biasesAt: number;
  /** Whether the Leaky ReLU follows; it does in the stack, and nowhere else. */
  readonly isActivated: boolean;
}

/**
 * The layers of the network that learns a task: an input layer, the stack of `depth` layers, and an
 * output layer, so `depth` + 2. All parameters of a replica lie in one array, layer after layer.
 */
export function trainedLayers(network: Network, task: LearningTask): readonly TrainedLayer[] {
  const { width, depth } = network;
  let at = 0;
  const layer = (inputSize: number, outputSize: number, isActivated: boolean): TrainedLayer => {
    const weightsAt = at;
    const biasesAt = weightsAt + inputSize * outputSize;
    at = biasesAt + outputSize;
    return { inputSize, outputSize, weightsAt, biasesAt, isActivated };
  };
  const input = layer(task.inputSize, width, false);
  const stack = Array.from({ length: depth }, () => layer(width, width, true));
  return [input, ...stack, layer(width, task.outputSize, false)];
}

/** Number of all weights and biases. */
export function parameterCount(layers: readonly TrainedLayer[]): number {
  return layers.reduce((sum, layer) => sum + (layer.inputSize + 1) * layer.outputSize, 0);
}
