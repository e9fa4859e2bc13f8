import { parameterCount, type TrainedLayer } from "../../../shared/training/layers.ts";
import { learningRateAt } from "../../../shared/training/learningRate.ts";
import type { Optimizer, Training } from "../../../shared/training/training.ts";
import { ADAM, MOMENTUM } from "../optimizerConstants.ts";

/** Computes what a gradient becomes before it is multiplied by the learning rate. */
type Direction = (gradient: Float64Array, step: number) => Float64Array;

/** How each optimizer turns gradients into directions; it keeps what it remembers. */
const DIRECTIONS: Readonly<Record<Optimizer, (size: number) => Direction>> = {
  sgd: () => (gradient) => gradient,
  momentum: momentumDirection,
  adam: adamDirection,
};

/** u ← 0.9 u + g. */
function momentumDirection(size: number): Direction {
  const change = new Float64Array(size);
  return (gradient) => {
    for (const [i, g] of gradient.entries()) change[i] = MOMENTUM * (change[i] as number) + g;
    return change;
  };
}

/** m̂/(√v̂ + ε), where m and v are moving means of g and g², and a hat takes out their start at 0. */
function adamDirection(size: number): Direction {
  const { beta1, beta2, epsilon } = ADAM;
  const means = new Float64Array(size);
  const squares = new Float64Array(size);
  return (gradient, step) => {
    const meanShare = 1 - beta1 ** (step + 1);
    const squareShare = 1 - beta2 ** (step + 1);
    return gradient.map((g, i) => {
      const mean = beta1 * (means[i] as number) + (1 - beta1) * g;
      const square = beta2 * (squares[i] as number) + (1 - beta2) * g * g;
      means[i] = mean;
      squares[i] = square;
      return mean / meanShare / (Math.sqrt(square / squareShare) + epsilon);
    });
  };
}

/** Changes parameters by their gradient at a step, counted from 0. */
export type Update = (parameters: Float64Array, gradient: Float64Array, step: number) => void;

/** Starts the optimizer of a training for one replica. */
export function startOptimizer(training: Training, layers: readonly TrainedLayer[]): Update {
  const direction = DIRECTIONS[training.optimizer](parameterCount(layers));
  return (parameters, gradient, step) => {
    const rate = learningRateAt(training, step);
    const change = direction(gradient, step);
    for (const { weightsAt, biasesAt, outputSize } of layers) {
      for (let i = weightsAt; i < biasesAt + outputSize; i++) {
        const parameter = parameters[i] as number;
        const decay = i < biasesAt ? training.weightDecay * parameter : 0;
        parameters[i] = parameter - rate * ((change[i] as number) + decay);
      }
    }
  };
}
