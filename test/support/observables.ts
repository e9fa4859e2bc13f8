import type { SummedObservable } from "../../shared/statistics/replicaSums.ts";

/** Observables of these names, kept at every checkpoint. */
export function observables(...names: readonly string[]): SummedObservable[] {
  return names.map((name) => ({ name, keptAt: "every_checkpoint" }));
}
