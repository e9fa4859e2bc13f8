import type { Estimates } from "./estimate.ts";
import type { Observable } from "./observable.ts";
import type { CheckpointSums } from "./replicaSums.ts";

/** How sums of observables become estimates with their intervals. */
export interface Estimator<Quantity extends string = string> {
  readonly name: string;
  /** The observables that every replica must yield for this estimator. */
  readonly observables: readonly Observable[];
  /**
   * Estimates each quantity from the sums at one checkpoint; undefined where too little is known.
   *
   * @param layerCount the layers that the sums cover: the depth less the burn-in.
   * @param level the coverage of the intervals.
   */
  readonly estimate: (
    sums: CheckpointSums,
    layerCount: number,
    level: number,
  ) => Estimates<Quantity> | undefined;
}
