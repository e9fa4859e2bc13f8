/** What networks learn; the contract's enumeration LearningTask has the same names. */
export const LEARNING_TASKS = [
  "quintic_polynomial",
  "gaussian_mixture_score",
  "two_spirals",
  "iris",
] as const;

export type LearningTaskName = (typeof LEARNING_TASKS)[number];

/**
 * How gradients change weights: plain gradient descent, with a momentum of 0.9, or Adam with
 * β₁ = 0.9, β₂ = 0.999 and ε = 10⁻⁸.
 */
export const OPTIMIZERS = ["sgd", "momentum", "adam"] as const;

export type Optimizer = (typeof OPTIMIZERS)[number];

/**
 * How a network is trained: full-batch steps on the task's training set. The weights of layer l
 * change by −η (gradient step + weightDecay · weight), with the learning rate η falling
 * exponentially. A value of this type has been validated where it came in.
 */
export interface Training {
  readonly task: LearningTaskName;
  readonly optimizer: Optimizer;
  /** The learning rate of the first step, positive. */
  readonly learningRate: number;
  /** Decoupled weight decay, 0 or more; biases do not decay. */
  readonly weightDecay: number;
  /** The learning rate of the last step over that of the first, within (0, 1]. */
  readonly finalLearningRateRatio: number;
  /** Number of steps, at least 1. */
  readonly stepCount: number;
  /**
   * Candidates of which each replica keeps the one whose growth over the training inputs is nearest
   * to zero; 1 for none to choose from.
   */
  readonly candidateCount: number;
}
