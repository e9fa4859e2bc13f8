import { counted } from "../../shared/text/counts.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { checkAll, FALSE_ALARM_RATE, verdictOfAll, type Check, type Verdict } from "./check.ts";
import type { Claim, Figure } from "./claim.ts";

/** A claim with everything that its runs say. */
export interface Judgement {
  readonly claim: Pick<Claim, "id" | "title" | "statement" | "method">;
  /** Probability that the claim is said not to hold though it does, at most. */
  readonly falseAlarmRate: number;
  readonly runs: readonly Run__Output[];
  readonly checks: readonly Check[];
  readonly verdict: Verdict;
  readonly figures: readonly Figure[];
  readonly tables: readonly string[];
}

/**
 * Judges a claim by its runs.
 *
 * @param runs those that the claim asked for, in its order, with their checkpoints
 */
export function judge(claim: Claim, runs: readonly Run__Output[]): Judgement {
  const { falseAlarmRate = FALSE_ALARM_RATE } = claim;
  const checks = checkAll(claim.measure(runs), falseAlarmRate);
  return {
    claim,
    falseAlarmRate,
    runs,
    checks,
    verdict: verdictOfAll(checks),
    figures: claim.figures(runs),
    tables: claim.tables?.(runs) ?? [],
  };
}

/** How many of the claims hold, do not hold, and cannot be told. */
export function tally(judgements: readonly Judgement[]): string {
  const [held, failed, open] = (["holds", "does not hold", "cannot be told"] as const).map(
    (wanted) => judgements.filter(({ verdict }) => verdict === wanted).length,
  );
  const all = counted(judgements.length, "claim");
  return `Holds: ${held} of ${all}. Does not hold: ${failed}. Cannot be told: ${open}.`;
}
