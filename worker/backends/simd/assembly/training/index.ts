// The exports of the trainer. TypeScript's side of them is ../../trainer.ts.

import { VECTOR } from "../vector";
import { backward, squaredGradient } from "./backward";
import { forward } from "./forward";
import { lossOf } from "./loss";
import { biasOffsetOf, offsetOf, parameters, results, test, training } from "./memory";

export { setSlope } from "./activation";
export { setLoss } from "./loss";
export { reserve } from "./memory";
export { setOptimizer, update } from "./optimizer";

/** Where the weights of a layer are, by output, then input. */
export function weightsAddress(layer: i32): usize {
  return parameters + offsetOf(layer);
}

/** Where the biases of a layer are. */
export function biasesAddress(layer: i32): usize {
  return parameters + biasOffsetOf(layer);
}

/** Where the inputs and the targets of a set are, by unit, then point, padded to four points. */
export function inputsAddress(ofTest: bool): usize {
  return ofTest ? test.inputs : training.inputs;
}

export function targetsAddress(ofTest: bool): usize {
  return ofTest ? test.targets : training.targets;
}

/** Where the training loss, the squared gradient and the test loss are, a vector each. */
export function resultsAddress(): usize {
  return results;
}

/** Computes the training loss and its gradient. */
export function differentiate(): void {
  forward(training);
  v128.store(results, lossOf(training, true));
  backward();
  v128.store(results, squaredGradient(), VECTOR);
}

/** Computes the test loss. */
export function examine(): void {
  forward(test);
  v128.store(results, lossOf(test, false), 2 * VECTOR);
}
