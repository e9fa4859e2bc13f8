import type { Observable } from "../../statistics/observable.ts";

/** More than a layer can add to or take from the log-norm, whatever double its gain and slope are. */
const MAXIMUM_LAYER_GROWTH = 1e4;

/** S_l = log ‖x_l‖ − log ‖x_0‖, the growth of the log-norm: −∞ once a replica is extinct. */
export const LOG_NORM_GROWTH: Observable = {
  name: "log_norm_growth",
  sinceBurnIn: true,
  keptAt: "every_checkpoint",
  bound: (depth) => MAXIMUM_LAYER_GROWTH * depth,
};

/** Everything that a replica of a random network can yield. */
const OBSERVABLES: readonly Observable[] = [LOG_NORM_GROWTH];

/**
 * Finds the observables of these names, in their order.
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
