import type { Optimizer } from "../../../shared/training/training.ts";
import { ADAM, MOMENTUM } from "../optimizerConstants.ts";
import type { Tensor, TensorFlowJs } from "./tensors.ts";

/** How many tensors in the form of its parameters an optimizer remembers. */
const MEMORIES: Readonly<Record<Optimizer, number>> = { sgd: 0, momentum: 1, adam: 2 };

const { beta1, beta2, epsilon } = ADAM;

/** What a step takes. */
export interface Step {
  /** Counted from 0. */
  readonly number: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** A tensor of parameters with what its optimizer remembers of it. */
export interface Learned {
  readonly parameters: Tensor;
  readonly memories: readonly Tensor[];
}

/** Parameters of which nothing is remembered yet. */
export function beginLearning(tf: TensorFlowJs, optimizer: Optimizer, parameters: Tensor): Learned {
  const memories = Array.from({ length: MEMORIES[optimizer] }, () => tf.zerosLike(parameters));
  return { parameters, memories };
}

/** Takes a step. Every number of a tensor is changed by itself, so replicas do not meet. */
export function learn(
  tf: TensorFlowJs,
  optimizer: Optimizer,
  { parameters, memories }: Learned,
  gradients: Tensor,
  { number, learningRate, weightDecay }: Step,
): Learned {
  const kept = weightDecay === 0 ? parameters : tf.mul(parameters, 1 - learningRate * weightDecay);
  const moved = (direction: Tensor, rate: number) => tf.sub(kept, tf.mul(direction, rate));
  switch (optimizer) {
    case "sgd":
      return { parameters: moved(gradients, learningRate), memories };
    case "momentum": {
      const [velocity] = memories as [Tensor];
      const next = tf.add(tf.mul(velocity, MOMENTUM), gradients);
      return { parameters: moved(next, learningRate), memories: [next] };
    }
    case "adam": {
      const [mean, square] = memories as [Tensor, Tensor];
      const nextMean = tf.add(tf.mul(mean, beta1), tf.mul(gradients, 1 - beta1));
      const nextSquare = tf.add(tf.mul(square, beta2), tf.mul(tf.square(gradients), 1 - beta2));
      const meanRate = learningRate / (1 - beta1 ** (number + 1));
      const squareRate = 1 / (1 - beta2 ** (number + 1));
      const deviation = tf.add(tf.sqrt(tf.mul(nextSquare, squareRate)), epsilon);
      // A square beyond float32 would hold its parameter for ever: NaN makes it known instead.
      const lost = tf.mul(nextSquare, 0);
      return {
        parameters: moved(tf.add(tf.div(nextMean, deviation), lost), meanRate),
        memories: [nextMean, nextSquare],
      };
    }
  }
}
