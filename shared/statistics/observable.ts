/** A number that a replica yields, with what is needed to sum it and to check the sums. */
export interface Observable {
  readonly name: string;
  /** True if the value at the burn-in depth is subtracted from all later values. */
  readonly sinceBurnIn: boolean;
  /**
   * Where the observable's sums are kept: at every checkpoint, or only at the last, which keeps
   * partials small. Lists of observables begin with those kept at every checkpoint.
   */
  readonly keptAt: "every_checkpoint" | "last_checkpoint";
  /** True if its sums have a quantile sketch; the first observable of a list always has one. */
  readonly isSketched?: boolean;
  /** The largest absolute value possible after `depth` layers; a partial beyond it is refused. */
  readonly bound: (depth: number) => number;
}

/** The observables whose sums are kept at a checkpoint: all at the last, some before it. */
export function keptObservables<Kept extends Pick<Observable, "keptAt">>(
  observables: readonly Kept[],
  isLast: boolean,
): readonly Kept[] {
  return isLast ? observables : observables.filter(({ keptAt }) => keptAt === "every_checkpoint");
}

/** The places of the observables that are sketched beside the first. */
export function furtherSketched(
  observables: readonly Pick<Observable, "isSketched">[],
): readonly number[] {
  return observables.flatMap(({ isSketched = false }, place) =>
    place > 0 && isSketched ? [place] : [],
  );
}
