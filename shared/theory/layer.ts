/** Weight laws that look the same from every direction. */
export type IsotropicLaw = "gaussian" | "orthogonal";

/**
 * One layer `x ↦ φ(W x)` whose weights look the same from every direction: the law of W x depends
 * only on ‖x‖. So the log-norm grows by the same random increment whatever x is, afresh
 * in every layer, and that increment's law is what `theory/` computes.
 */
export interface Layer {
  readonly width: number;
  readonly weights: IsotropicLaw;
  /** α, any finite number; 0 is ReLU. */
  readonly negativeSlope: number;
  /** Positive and finite; entries have standard deviation gain/√width. */
  readonly gain: number;
}
