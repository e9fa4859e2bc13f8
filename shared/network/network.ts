import type { NamedGain } from "./gains.ts";
import type { IsotropicLaw } from "../theory/layer.ts";
import { isIsotropic, type WeightLaw } from "./weights.ts";

/**
 * What is simulated: the bias-free network `x_l = φ(W_l x_{l−1})` with
 * `φ(z) = z` for z ≥ 0 and `negativeSlope · z` for z < 0.
 * A value of this type has been validated; nothing past the border checks it again.
 */
export interface Network {
  /** Units of every layer: 1 to 1,000,000, or to 65,536 where matrices are drawn. */
  readonly width: number;
  /** Layers, 1 to 10⁷. */
  readonly depth: number;
  /** α, any finite number; 0 is ReLU. */
  readonly negativeSlope: number;
  readonly weights: WeightLaw;
  /** ν of `student_t`, above 2; there if and only if that is the law. */
  readonly degreesOfFreedom?: number;
  /** p of `sparse_gaussian`, in (0, 1]; there if and only if that is the law. */
  readonly density?: number;
  /** Positive and finite; entries have standard deviation gain/√width. */
  readonly gain: number;
  /** The name under which the gain was asked for, if it was. */
  readonly namedGain?: NamedGain;
}

/** A network that looks the same from every direction: its exponents have closed forms. */
export interface IsotropicNetwork extends Network {
  readonly weights: IsotropicLaw;
}

export function isIsotropicNetwork(network: Network): network is IsotropicNetwork {
  return isIsotropic(network.weights);
}
