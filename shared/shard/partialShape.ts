import type { Observable } from "../statistics/observable.ts";

/** What the partials of a run's shards have to be like, whatever they hold. */
export interface PartialShape {
  readonly backend: string;
  /** Depths of the checkpoints, ascending. */
  readonly depths: readonly number[];
  /** Those that are kept at every checkpoint come first; the first of all is sketched. */
  readonly observables: readonly Observable[];
  /** Bin widths of the quantile sketches, one for each checkpoint. */
  readonly sketchBinWidths: readonly number[];
}
