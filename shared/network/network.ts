import type { NamedGain } from "./gains.ts";
import type { IsotropicLaw } from "../theory/layer.ts";
import { isIsotropic, type WeightLaw } from "./weights.ts";

/**
 * The simulated network: `x_l = φ(W_l x_{l−1})`, without biases, with `φ(z) = z` for z ≥ 0 and
 * `negativeSlope · z` for z < 0. A value of this type has been validated where it came in, and is
 * not checked again.
 */
export interface Network {
  /** Units in every layer: 1 to 1,000,000, or to 65,536 if matrices are drawn. */
  readonly width: number;
  /** Number of layers, 1 to 10⁷. */
  readonly depth: number;
  /** The slope α, any finite number; 0 is ReLU. */
  readonly negativeSlope: number;
  readonly weights: WeightLaw;
  /** The parameter ν of `student_t`, above 2; present only with that law. */
  readonly degreesOfFreedom?: number;
  /** The parameter p of `sparse_gaussian`, in (0, 1]; present only with that law. */
  readonly density?: number;
  /** The gain, positive and finite; entries have standard deviation gain/√width. */
  readonly gain: number;
  /** The name by which the gain was given, if it was given by name. */
  readonly namedGain?: NamedGain;
  /** Where the gain `lyapunov` comes from; present only where the law has no closed form. */
  readonly gainCalibration?: GainCalibration;
}

/** Where a critical gain without a closed form comes from. */
export interface GainCalibration {
  /** The run whose critical gain it is, `runs/{id}`. */
  readonly run: string;
  /** Standard error of the gain. */
  readonly standardError: number;
}

/** A network whose law looks the same from every direction, so that closed forms exist. */
export interface IsotropicNetwork extends Network {
  readonly weights: IsotropicLaw;
}

export function isIsotropicNetwork(network: Network): network is IsotropicNetwork {
  return isIsotropic(network.weights);
}
