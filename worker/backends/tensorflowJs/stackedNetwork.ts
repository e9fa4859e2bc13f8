import type { GroupShape, Stacked } from "./stackedParameters.ts";
import type { Tensor, TensorFlowJs } from "./tensors.ts";

/** What the way back needs of a layer. */
interface Passed {
  /** What came in, shape [replicas][inputSize][points]. */
  readonly input: Tensor;
  /** The layer's weights, shape [replicas][outputSize][inputSize]. */
  readonly weights: Tensor;
  /** The activation's derivative, shape [replicas][outputSize][points]; absent without activation. */
  readonly slopes?: Tensor;
}

/** What became of the inputs. */
export interface Forward {
  /** Shape [replicas][outputs][points]. */
  readonly outputs: Tensor;
  readonly passed: readonly Passed[];
}

/**
 * Networks of one shape, one for each replica of a batch, computed side by side: every tensor has the
 * replicas as an axis, and no operation adds over it. So no replica has an effect on another.
 *
 * Gradients are written out: they need no tape, and all layers of one shape are changed by the
 * optimizer at once.
 */
export class StackedNetwork {
  readonly #tf: TensorFlowJs;
  readonly #groups: readonly GroupShape[];
  readonly #replicas: number;
  readonly #negativeSlope: number;
  /** The number of each layer of the largest group, as tensors. */
  readonly #places: readonly Tensor[];

  constructor(
    tf: TensorFlowJs,
    groups: readonly GroupShape[],
    replicas: number,
    negativeSlope: number,
  ) {
    this.#tf = tf;
    this.#groups = groups;
    this.#replicas = replicas;
    this.#negativeSlope = negativeSlope;
    const most = Math.max(...groups.map(({ layers }) => layers.length));
    this.#places = Array.from({ length: most }, (_, place) => tf.scalar(place, "int32"));
  }

  /** @param inputs shape [replicas][inputSize][points] */
  forward(parameters: Stacked, inputs: Tensor): Forward {
    const tf = this.#tf;
    const passed: Passed[] = [];
    let x = inputs;
    for (const [g, { inputSize, outputSize, isActivated, layers }] of this.#groups.entries()) {
      const { weights: allWeights, biases: allBiases } = parameters[g] as Stacked[number];
      for (let layer = 0; layer < layers.length; layer++) {
        const weights = this.#layer(allWeights, layer, [outputSize, inputSize]);
        const biases = this.#layer(allBiases, layer, [outputSize, 1]);
        const sums = tf.add(tf.matMul(weights, x), biases);
        if (isActivated) {
          const slopes = tf.step(sums, this.#negativeSlope);
          passed.push({ input: x, weights, slopes });
          x = tf.mul(sums, slopes);
        } else {
          passed.push({ input: x, weights });
          x = sums;
        }
      }
    }
    return { outputs: x, passed };
  }

  /**
   * The gradients with respect to all parameters, in their form.
   *
   * @param outputGradients those with respect to the outputs, shape [replicas][outputs][points]
   */
  backward({ passed }: Forward, outputGradients: Tensor): Stacked {
    const tf = this.#tf;
    const replicas = this.#replicas;
    let gradients = outputGradients;
    let at = passed.length;
    const found: Stacked[number][] = [];
    for (const { inputSize, outputSize, layers } of this.#groups.toReversed()) {
      const weights: Tensor[] = [];
      const biases: Tensor[] = [];
      for (let layer = 0; layer < layers.length; layer++) {
        at--;
        const { input, weights: forth, slopes } = passed[at] as Passed;
        if (slopes !== undefined) gradients = tf.mul(gradients, slopes);
        const ofWeights = tf.matMul(gradients, input, false, true);
        weights.push(tf.reshape(ofWeights, [1, replicas, outputSize * inputSize]));
        biases.push(tf.reshape(tf.sum(gradients, 2), [1, replicas, outputSize]));
        if (at > 0) gradients = tf.matMul(forth, gradients, true, false);
      }
      found.push({
        weights: tf.concat(weights.toReversed(), 0),
        biases: tf.concat(biases.toReversed(), 0),
      });
    }
    return found.toReversed();
  }

  dispose(): void {
    this.#tf.dispose([...this.#places]);
  }

  /** One layer's part, shape [replicas][rows][columns]. */
  #layer(stacked: Tensor, layer: number, [rows, columns]: readonly [number, number]): Tensor {
    const tf = this.#tf;
    const [layers] = stacked.shape;
    const shape = [this.#replicas, rows, columns];
    if (layers === 1) return tf.reshape(stacked, shape);
    return tf.reshape(tf.gather(stacked, this.#places[layer] as Tensor), shape);
  }
}
