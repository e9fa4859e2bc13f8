import type { NamedGain } from "./gains.ts";
import type { WeightLaw } from "./weights.ts";

/**
 * What is simulated: the bias-free network `x_l = φ(W_l x_{l−1})` with
 * `φ(z) = z` for z ≥ 0 and `negativeSlope · z` for z < 0.
 * A value of this type has been validated; nothing past the border checks it again.
 */
export interface Network {
  /** Units of every layer, 1 to 65,536. */
  readonly width: number;
  /** Layers, 1 to 10⁷. */
  readonly depth: number;
  /** α, any finite number; 0 is ReLU. */
  readonly negativeSlope: number;
  readonly weights: WeightLaw;
  /** Positive and finite; entries have standard deviation gain/√width. */
  readonly gain: number;
  /** The name under which the gain was asked for, if it was. */
  readonly namedGain?: NamedGain;
}
