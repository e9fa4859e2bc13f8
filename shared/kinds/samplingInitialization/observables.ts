import type { Observable } from "../../statistics/observable.ts";
import { LOG_NORM_GROWTH } from "../propagation/observables.ts";

/** How far a candidate is from zero through its depth; −∞ once it is extinct. */
const DISTANCE: Observable = {
  name: "distance",
  sinceBurnIn: false,
  keptAt: "every_checkpoint",
  bound: LOG_NORM_GROWTH.bound,
};

/** The growth of a candidate at its full depth, averaged over the probe inputs. */
const FINAL_GROWTH: Observable = {
  name: "final_growth",
  sinceBurnIn: false,
  keptAt: "every_checkpoint",
  bound: LOG_NORM_GROWTH.bound,
};

/** The observables of a candidate, in the order of all lists of them. */
export const SAMPLING_OBSERVABLES: readonly Observable[] = [DISTANCE, FINAL_GROWTH];
