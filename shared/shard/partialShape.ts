import type { Observable } from "../statistics/observable.ts";

/** The form that every partial of a run must have. */
export interface PartialShape {
  readonly backend: string;
  /** Depths of the checkpoints, ascending. */
  readonly depths: readonly number[];
  /** Observables, those kept at every checkpoint first; the very first is sketched. */
  readonly observables: readonly Observable[];
  /** Widths that the bins of the quantile sketches are aligned to, one for each checkpoint. */
  readonly sketchBinWidths: readonly number[];
  /** True if the partial names its champion; default: no. */
  readonly hasChampion?: boolean;
}
