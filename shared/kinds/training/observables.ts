import type { Observable } from "../../statistics/observable.ts";
import { TRAINING_OBSERVABLES } from "../../training/trainingObservables.ts";

/** More than the logarithm of any loss, or of any norm of doubles, can be. */
const MAXIMUM_LOGARITHM = 1000;

const SKETCHED: readonly string[] = ["log_test_loss", "log_training_loss"];
const SHARES: readonly string[] = ["diverged", "stuck"];

/** The observables of a training replica, all kept at every checkpoint. */
export const OBSERVABLES: readonly Observable[] = TRAINING_OBSERVABLES.map((name) => ({
  name,
  sinceBurnIn: false,
  keptAt: "every_checkpoint",
  isSketched: SKETCHED.includes(name),
  bound: () => (SHARES.includes(name) ? 1 : MAXIMUM_LOGARITHM),
}));

/** The place of an observable in all lists of them. */
export function placeOf(name: (typeof TRAINING_OBSERVABLES)[number]): number {
  return TRAINING_OBSERVABLES.indexOf(name);
}
