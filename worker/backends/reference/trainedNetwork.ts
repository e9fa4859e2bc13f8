import type { Network } from "../../../shared/network/network.ts";
import type { Examples, LearningTask } from "../../../shared/training/examples.ts";
import { type TrainedLayer, trainedLayers } from "../../../shared/training/layers.ts";
import { exampleLoss, type ExampleLoss } from "./lossGradient.ts";

/** What a layer did to one example: x came in, z = W x + b came out, before any activation. */
interface Pass {
  readonly x: Float64Array;
  readonly z: Float64Array;
}

/** A network that learns a task, as a function of its parameters; an example at a time. */
export class TrainedNetwork {
  readonly #task: LearningTask;
  readonly #slope: number;
  readonly #layers: readonly TrainedLayer[];

  constructor(network: Network, task: LearningTask) {
    this.#task = task;
    this.#slope = network.negativeSlope;
    this.#layers = trainedLayers(network, task);
  }

  /** The mean loss over examples. */
  loss(parameters: Float64Array, examples: Examples): number {
    let sum = 0;
    for (let example = 0; example < examples.count; example++) {
      sum += this.#compare(this.#forward(parameters, examples, example), examples, example).loss;
    }
    return sum / examples.count;
  }

  /** The mean loss over examples, whose gradient by the parameters is stored in `gradient`. */
  lossAndGradient(parameters: Float64Array, examples: Examples, gradient: Float64Array): number {
    let sum = 0;
    gradient.fill(0);
    for (let example = 0; example < examples.count; example++) {
      const passes = this.#forward(parameters, examples, example);
      const found = this.#compare(passes, examples, example);
      sum += found.loss;
      this.#backward(
        parameters,
        passes,
        found.gradient.map((value) => value / examples.count),
        gradient,
      );
    }
    return sum / examples.count;
  }

  /** The passes through all layers, the first one first. */
  #forward(parameters: Float64Array, { inputs }: Examples, example: number): Pass[] {
    const { inputSize } = this.#task;
    const passes: Pass[] = [];
    let x = inputs.subarray(example * inputSize, (example + 1) * inputSize);
    for (const layer of this.#layers) {
      const z = affine(layer, parameters, x);
      passes.push({ x, z });
      x = layer.isActivated ? z.map((value) => (value > 0 ? value : this.#slope * value)) : z;
    }
    return passes;
  }

  #compare(passes: readonly Pass[], { targets }: Examples, example: number): ExampleLoss {
    const { loss, outputSize } = this.#task;
    const outputs = passes.at(-1)?.z ?? new Float64Array(0);
    const at = example * outputSize;
    return exampleLoss(loss, outputs, targets.subarray(at, at + outputSize));
  }

  /**
   * Adds what one example contributes to the gradient.
   *
   * @param outputGradient of the loss by the outputs
   */
  #backward(
    parameters: Float64Array,
    passes: readonly Pass[],
    outputGradient: Float64Array,
    gradient: Float64Array,
  ): void {
    let byOutput = outputGradient;
    for (let l = this.#layers.length - 1; l >= 0; l--) {
      const layer = this.#layers[l] as TrainedLayer;
      const { x, z } = passes[l] as Pass;
      const bySum = layer.isActivated
        ? byOutput.map((value, i) => ((z[i] as number) > 0 ? value : this.#slope * value))
        : byOutput;
      byOutput = affineBackward(layer, parameters, x, bySum, gradient);
    }
  }
}

/** W x + b. */
function affine(
  { inputSize, outputSize, weightsAt, biasesAt }: TrainedLayer,
  parameters: Float64Array,
  x: Float64Array,
): Float64Array {
  const z = new Float64Array(outputSize);
  for (let i = 0; i < outputSize; i++) {
    let sum = parameters[biasesAt + i] as number;
    for (let j = 0; j < inputSize; j++) {
      sum += (parameters[weightsAt + i * inputSize + j] as number) * (x[j] as number);
    }
    z[i] = sum;
  }
  return z;
}

/** Adds the gradient by W and b, given that by z = W x + b, and returns that by x. */
function affineBackward(
  { inputSize, outputSize, weightsAt, biasesAt }: TrainedLayer,
  parameters: Float64Array,
  x: Float64Array,
  byZ: Float64Array,
  gradient: Float64Array,
): Float64Array {
  const byX = new Float64Array(inputSize);
  for (let i = 0; i < outputSize; i++) {
    const delta = byZ[i] as number;
    gradient[biasesAt + i] = (gradient[biasesAt + i] as number) + delta;
    for (let j = 0; j < inputSize; j++) {
      const at = weightsAt + i * inputSize + j;
      gradient[at] = (gradient[at] as number) + delta * (x[j] as number);
      byX[j] = (byX[j] as number) + delta * (parameters[at] as number);
    }
  }
  return byX;
}
