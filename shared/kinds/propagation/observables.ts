import type { Observable } from "../../statistics/observable.ts";

/** More than any layer can change the log-norm, with any doubles as gain and slope. */
const MAXIMUM_LAYER_GROWTH = 1e4;

/** The growth of the log-norm, S_l = log ‖x_l‖ − log ‖x_0‖; −∞ once a replica is extinct. */
export const LOG_NORM_GROWTH: Observable = {
  name: "log_norm_growth",
  sinceBurnIn: true,
  keptAt: "every_checkpoint",
  bound: (depth) => MAXIMUM_LAYER_GROWTH * depth,
};

/** All observables that a replica of a random network can yield. */
const OBSERVABLES: readonly Observable[] = [LOG_NORM_GROWTH];

/**
 * Finds observables by their names, in the order given.
 *
 * @throws RangeError for a name that this version does not know.
 */
export function observablesNamed(names: readonly string[]): Observable[] {
  return names.map((name) => {
    const observable = OBSERVABLES.find((one) => one.name === name);
    if (observable === undefined) throw new RangeError(`there is no observable '${name}'`);
    return observable;
  });
}
