import { serialization, tensor2d, type DataType, type Tensor } from "@tensorflow/tfjs-core";
import { initializers } from "@tensorflow/tfjs-layers";

import { layerGain, type Law } from "./gain.ts";
import { kernel, kernelWords } from "./matrices.ts";

/** What a layer of TensorFlow.js takes as its `kernelInitializer`. */
export type Initializer = ReturnType<typeof initializers.zeros>;

export interface LyapunovOptions {
  /** Slope of the Leaky ReLU after the layer: any finite number; 1 for a linear layer, 0 for ReLU. */
  readonly negativeSlope: number;
  /**
   * Makes an initializer draw the same kernels in the same order: a whole number from 0 to 2⁵³ − 1.
   * Without it the numbers are new each time.
   */
  readonly seed?: number | undefined;
}

/**
 * The class that layers accept, which TensorFlow.js does not export by name. Another copy of it would
 * be refused.
 */
const Base = Object.getPrototypeOf(initializers.zeros().constructor) as BaseClass;

type BaseClass = (abstract new () => Initializer) &
  Pick<typeof serialization.Serializable, "fromConfig">;

/**
 * Kernels of dense layers at the critical gain, whatever the layer's shape. Every kernel gets numbers
 * of its own, so that one initializer serves all layers of a network. (TensorFlow.js' own ones, given
 * a seed, repeat themselves.)
 */
abstract class LyapunovInitializer extends Base {
  abstract readonly weights: Law;
  readonly #options: LyapunovOptions;
  readonly #seed: number;
  readonly #gains = new Map<string, number>();
  #kernels = 0;

  constructor(options: LyapunovOptions) {
    super();
    const { negativeSlope, seed } = options;
    if (!Number.isFinite(negativeSlope)) {
      throw new RangeError(
        `negativeSlope: ${String(negativeSlope)} is not allowed; give a finite number`,
      );
    }
    // A restored configuration has null where there was no seed.
    if ((seed ?? undefined) !== undefined && !(Number.isSafeInteger(seed) && Number(seed) >= 0)) {
      throw new RangeError(
        `seed: ${String(seed)} is not allowed; give a whole number from 0 to 2^53 - 1`,
      );
    }
    this.#options = options;
    this.#seed = seed ?? Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);
  }

  /** Draws a kernel of shape [fanIn, fanOut]. */
  override apply(shape: (number | null)[], dtype?: DataType): Tensor {
    const [fanIn, fanOut] = shape;
    if (shape.length !== 2 || !isCount(fanIn) || !isCount(fanOut)) {
      throw new RangeError(
        `a kernel of shape [${shape.join(", ")}] has no known critical gain; give one of shape ` +
          `[fanIn, fanOut], as a dense layer has`,
      );
    }
    if (dtype !== undefined && dtype !== "float32") {
      throw new RangeError(`a kernel of ${dtype} cannot be drawn; give float32`);
    }
    const gain = this.#gain(fanIn, fanOut);
    const words = kernelWords(this.#seed, this.#kernels++);
    const values = kernel(this.weights, fanIn, fanOut, words);
    return tensor2d(new Float32Array(values.map((value) => gain * value)), [fanIn, fanOut]);
  }

  /** The options that make such an initializer again. */
  override getConfig(): serialization.ConfigDict {
    const { negativeSlope, seed } = this.#options;
    return seed === undefined ? { negativeSlope } : { negativeSlope, seed };
  }

  #gain(fanIn: number, fanOut: number): number {
    const { weights } = this;
    const { negativeSlope } = this.#options;
    const shape = `${fanIn} ${fanOut}`;
    const gain = this.#gains.get(shape) ?? layerGain({ fanIn, fanOut, weights, negativeSlope });
    this.#gains.set(shape, gain);
    return gain;
  }
}

function isCount(value: number | null | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

/** Normal entries, of the exact critical gain. */
export class LyapunovNormal extends LyapunovInitializer {
  static readonly className = "LyapunovNormal";
  readonly weights = "gaussian";
}

/** Orthonormal rows or columns, whichever are fewer, times the exact critical gain. */
export class LyapunovOrthogonal extends LyapunovInitializer {
  static readonly className = "LyapunovOrthogonal";
  readonly weights = "orthogonal";
}

/** Uniform entries, of the critical gain that simulations found for square layers. */
export class LyapunovUniform extends LyapunovInitializer {
  static readonly className = "LyapunovUniform";
  readonly weights = "uniform";
}

for (const each of [LyapunovNormal, LyapunovOrthogonal, LyapunovUniform]) {
  serialization.registerClass(each);
}
