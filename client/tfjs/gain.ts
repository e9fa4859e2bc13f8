import { uniformCriticalGain } from "../../shared/initialization/uniformGain.ts";
import { rectangularExponents } from "../../shared/theory/rectangular.ts";

/** Laws from which an initializer draws. */
export type Law = "gaussian" | "orthogonal" | "uniform";

/** A dense layer, as far as its critical gain depends on it. */
export interface DenseLayer {
  readonly fanIn: number;
  readonly fanOut: number;
  readonly weights: Law;
  readonly negativeSlope: number;
}

/**
 * The gain at which a dense layer's mean log-norm growth is 0, by the convention of `torch.nn.init`;
 * for ReLU, that of networks that survive.
 *
 * @throws RangeError if the law has no known gain for a layer of this shape.
 */
export function layerGain({ fanIn, fanOut, weights, negativeSlope }: DenseLayer): number {
  if (weights !== "uniform") {
    return rectangularExponents({ fanIn, fanOut, weights, negativeSlope, gain: 1 }).criticalGain;
  }
  if (fanIn === fanOut) return uniformCriticalGain(fanOut, negativeSlope).gain;
  throw new RangeError(
    `uniform weights have a known critical gain only in square layers, not in one from ${fanIn} to ` +
      `${fanOut} units; take lyapunovNormal or lyapunovOrthogonal for this layer`,
  );
}
