import { activate } from "../network/activation.ts";

/** A stack of layers `x_l = φ(W_l x_{l−1})` of one width, by what it does to vectors. */
export interface LayerStack {
  readonly depth: number;
  /** The slope of φ below zero. */
  readonly negativeSlope: number;
  /** What every layer adds to the log-norm beside its product: the logarithm of a factor of W. */
  readonly drift: number;
  /**
   * Puts W x, but for the factor of `drift`, into `outs[i]` for each x = `inputs[i]` of norm 1.
   *
   * @param layer the layer, counted from 1
   */
  readonly multiply: (
    layer: number,
    inputs: readonly Float64Array[],
    outs: readonly Float64Array[],
  ) => void;
}

/**
 * The mean growth of the log-norm over some inputs, at each depth: element l − 1 is the mean over the
 * inputs of S_l = log ‖x_l‖ − log ‖x_0‖. It is −∞ from the layer on in which the first of them
 * became exactly zero.
 *
 * @param inputs vectors that are not zero; they are left as they are.
 * @param advanced is called after every layer.
 */
export function growthThroughDepth(
  { depth, negativeSlope, drift, multiply }: LayerStack,
  inputs: readonly Float64Array[],
  advanced?: () => void,
): Float64Array {
  const growths = new Float64Array(depth).fill(-Infinity);
  let xs = inputs.map((input) => Float64Array.from(input));
  let zs = inputs.map((input) => new Float64Array(input.length));
  for (const x of xs) activate(x, 1);
  let sum = 0;
  for (let layer = 1; layer <= depth; layer++) {
    multiply(layer, xs, zs);
    [xs, zs] = [zs, xs];
    for (const x of xs) sum += activate(x, negativeSlope);
    advanced?.();
    if (sum === -Infinity) break;
    growths[layer - 1] = sum / inputs.length + layer * drift;
  }
  return growths;
}
