/** A number that a replica yields, and what has to be known of it to sum it up and to believe the sums. */
export interface Observable {
  readonly name: string;
  /** Whether its value at the burn-in depth is subtracted from all later ones. */
  readonly sinceBurnIn: boolean;
  /**
   * Where its sums are kept: at every checkpoint, or only at the last, which keeps partials small.
   * In a list of observables those of every checkpoint come first.
   */
  readonly keptAt: "every_checkpoint" | "last_checkpoint";
  /** The largest size that a value can have after so many layers: beyond it a partial is impossible. */
  readonly bound: (depth: number) => number;
}

/** The observables whose sums are kept at a checkpoint: all at the last, the first few before it. */
export function keptObservables<Kept extends Pick<Observable, "keptAt">>(
  observables: readonly Kept[],
  isLast: boolean,
): readonly Kept[] {
  return isLast ? observables : observables.filter(({ keptAt }) => keptAt === "every_checkpoint");
}
