import { significant } from "../text/numbers.ts";
import { DIVERGENCE_RATIO } from "../training/trainingObservables.ts";

const DIGITS = 3;

/**
 * True of the loss that networks are given which diverged: DIVERGENCE_RATIO times that of the task's
 * best constant, which is above a half for every task.
 */
export function isDivergedLoss(loss: number): boolean {
  return loss >= DIVERGENCE_RATIO / 2;
}

/** Formats a loss to the digits that a study shows: `0.621`, or `diverged`. */
export function lossText(loss: number | undefined): string {
  return loss !== undefined && isDivergedLoss(loss) ? "diverged" : significant(loss, DIGITS);
}
