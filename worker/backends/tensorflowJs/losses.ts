import type { Examples, LearningTask } from "../../../shared/training/examples.ts";
import { exampleLoss } from "../reference/lossGradient.ts";
import type { Tensor, TensorFlowJs } from "./tensors.ts";

/** Examples as a batch's tensors take them: the points are the last axis. */
export interface StackedExamples {
  readonly count: number;
  /** Shape [replicas][inputSize][points]: the same for every replica. */
  readonly inputs: Tensor;
  /** Shape [replicas][outputSize][points]. */
  readonly targets: Tensor;
}

/** Puts the examples into tensors, once for each replica. */
export function stackExamples(
  tf: TensorFlowJs,
  { inputSize, outputSize }: LearningTask,
  { count, inputs, targets }: Examples,
  replicas: number,
): StackedExamples {
  const stack = (values: Float64Array, size: number) =>
    tf.tidy(() => {
      const one = tf.tensor(Float32Array.from(values), [1, count, size]);
      return tf.tile(tf.transpose(one, [0, 2, 1]), [replicas, 1, 1]);
    });
  return { count, inputs: stack(inputs, inputSize), targets: stack(targets, outputSize) };
}

/** The gradient of the loss of each replica with respect to its outputs. */
export function lossGradients(
  tf: TensorFlowJs,
  { loss, outputSize }: LearningTask,
  outputs: Tensor,
  { targets, count }: StackedExamples,
): Tensor {
  if (loss === "mean_squared_error") {
    return tf.mul(tf.sub(outputs, targets), 2 / (count * outputSize));
  }
  const powers = tf.exp(tf.sub(outputs, tf.max(outputs, 1, true)));
  const shares = tf.div(powers, tf.sum(powers, 1, true));
  return tf.mul(tf.sub(shares, targets), 1 / count);
}

/**
 * The loss of each replica, in float64: squares of small errors are no float32 numbers.
 *
 * @param outputs shape [replicas][outputSize][points]
 */
export function lossesOf(
  { loss, outputSize }: LearningTask,
  outputs: Float32Array,
  { count, targets }: Examples,
): Float64Array {
  const size = outputSize * count;
  const ofPoint = new Float64Array(outputSize);
  return Float64Array.from({ length: outputs.length / size }, (_, replica) => {
    let sum = 0;
    for (let point = 0; point < count; point++) {
      for (let i = 0; i < outputSize; i++) {
        ofPoint[i] = outputs[replica * size + i * count + point] as number;
      }
      const wanted = targets.subarray(point * outputSize, (point + 1) * outputSize);
      sum += exampleLoss(loss, ofPoint, wanted).loss;
    }
    return sum / count;
  });
}
