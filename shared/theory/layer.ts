/** Weight laws that look the same from every direction. */
export type IsotropicLaw = "gaussian" | "orthogonal";

/**
 * One layer `x ↦ φ(W x)` whose weights look the same from every direction: the law of W x depends
 * only on ‖x‖. So the log-norm grows in every layer by a new random increment whose law does not
 * depend on x. `theory/` computes that law.
 */
export interface Layer {
  readonly width: number;
  readonly weights: IsotropicLaw;
  /** The slope α, any finite number; 0 is ReLU. */
  readonly negativeSlope: number;
  /** The gain, positive and finite; entries have standard deviation gain/√width. */
  readonly gain: number;
}
