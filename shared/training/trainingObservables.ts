/**
 * The names of what a training replica yields at each of its steps, in the order in which trainers
 * yield it. A replica has diverged once a loss or a gradient was not finite, or its test loss was
 * beyond DIVERGENCE_RATIO times the loss of the best constant; it is trained no further, and both of
 * its losses are that bound from then on, so that quantiles over all replicas stay right.
 *
 * | name | what |
 * | --- | --- |
 * | log_test_loss | natural logarithm of the mean loss over the test set, at least LEAST_LOG_LOSS |
 * | log_training_loss | the same over the training set |
 * | log_gradient_norm | natural logarithm of the Euclidean norm of the gradient of the training loss over all parameters, at least LEAST_LOG_LOSS; 0 once diverged |
 * | diverged | 1 if the replica has diverged, else 0 |
 * | stuck | 1 if it has not diverged and its test loss is not below STUCK_RATIO times the loss of the best constant, else 0 |
 */
export const TRAINING_OBSERVABLES = [
  "log_test_loss",
  "log_training_loss",
  "log_gradient_norm",
  "diverged",
  "stuck",
] as const;

/**
 * Losses beyond this many times the best constant's count as diverged. The bound is near the largest
 * float32 number: at the critical gain, the outputs of deep narrow networks begin anywhere within
 * many powers of ten, and Adam brings most of them back.
 */
export const DIVERGENCE_RATIO = 1e30;

/** Losses of at least this share of the best constant's count as stuck. */
export const STUCK_RATIO = 0.99;

/** Logarithms of losses and of gradients' norms are never below this: such a loss is zero. */
export const LEAST_LOG_LOSS = -100;
