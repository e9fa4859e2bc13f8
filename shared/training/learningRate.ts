import type { Training } from "./training.ts";

/**
 * The learning rate η of a step, counted from 0: it falls by the same factor in every step, from that
 * of the first to that of the last.
 */
export function learningRateAt(training: Training, step: number): number {
  const { learningRate, finalLearningRateRatio, stepCount } = training;
  if (stepCount === 1) return learningRate;
  return learningRate * finalLearningRateRatio ** (step / (stepCount - 1));
}
