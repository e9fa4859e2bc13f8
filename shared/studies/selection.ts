import type { Arm, Measured } from "./arm.ts";

/**
 * The rules by which an initialization's own best setting is chosen:
 *
 * - `best80`, the paper's: the smallest median of the best 80 % of seeds, by their test loss after
 *   the last step;
 * - `all`: the smallest median of all seeds.
 */
export const SELECTION_RULES = ["best80", "all"] as const;

export type SelectionRule = (typeof SELECTION_RULES)[number];

/** The loss that a rule looks at: after the last step of an arm, or at a point of its curve. */
export function lossBy(
  rule: SelectionRule,
  at: Pick<Arm, "bestMedianTestLoss" | "medianTestLoss">,
): Measured | undefined {
  return rule === "best80" ? at.bestMedianTestLoss : at.medianTestLoss;
}

/** An initialization at its own best setting. */
export interface Choice {
  readonly initialization: string;
  /** Number of arms among which the best was chosen. */
  readonly armCount: number;
  /** The best arm; undefined while none has a loss. */
  readonly arm: Arm | undefined;
}

/**
 * Chooses the best setting of each initialization, in the order in which they come first. Of equal
 * ones it is the first. Arms that have not trained all of their seeds are passed over: their losses
 * may still change.
 */
export function bestSettings(arms: readonly Arm[], rule: SelectionRule): Choice[] {
  const groups = Map.groupBy(arms, ({ initialization }) => initialization);
  return [...groups].map(([initialization, some]) => {
    let best: { readonly arm: Arm; readonly loss: number } | undefined;
    for (const arm of some) {
      const loss = arm.isComplete ? lossBy(rule, arm)?.estimate : undefined;
      if (loss !== undefined && (best === undefined || loss < best.loss)) best = { arm, loss };
    }
    return { initialization, armCount: some.length, arm: best?.arm };
  });
}
