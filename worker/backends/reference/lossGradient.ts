import type { Loss } from "../../../shared/training/examples.ts";

/**
 * The loss of one example with weight 1, and its gradient with respect to the outputs. A task's loss
 * is the mean of it over examples.
 */
export interface ExampleLoss {
  readonly loss: number;
  readonly gradient: Float64Array;
}

/** The loss of one example, by the outputs of the network and the example's targets. */
export function exampleLoss(loss: Loss, outputs: Float64Array, targets: Float64Array): ExampleLoss {
  return loss === "mean_squared_error"
    ? squaredError(outputs, targets)
    : crossEntropy(outputs, targets);
}

function squaredError(outputs: Float64Array, targets: Float64Array): ExampleLoss {
  const errors = outputs.map((output, i) => output - (targets[i] as number));
  return {
    loss: errors.reduce((sum, error) => sum + error * error, 0) / errors.length,
    gradient: errors.map((error) => (2 * error) / errors.length),
  };
}

/** −Σ t log softmax(y), with the largest output taken out of the exponentials. */
function crossEntropy(outputs: Float64Array, targets: Float64Array): ExampleLoss {
  const largest = Math.max(...outputs);
  const shifted = outputs.map((output) => output - largest);
  const exponentials = shifted.map(Math.exp);
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  const logTotal = Math.log(total);
  return {
    loss: shifted.reduce((sum, value, i) => sum + (targets[i] as number) * (logTotal - value), 0),
    gradient: exponentials.map((value, i) => value / total - (targets[i] as number)),
  };
}
