import { percent } from "../text/numbers.ts";
import type { Measured } from "./arm.ts";
import { isDivergedLoss, lossText } from "./lossText.ts";
import { lossBy, type Choice, type SelectionRule } from "./selection.ts";

/** What a rule's losses are, in words. */
export const RULE_WORDS: Readonly<Record<SelectionRule, string>> = {
  best80: "median test loss of the best 80 % of seeds",
  all: "median test loss of all seeds",
};

interface Contender {
  readonly initialization: string;
  readonly loss: Measured;
}

/**
 * Says which initialization is best at its own best setting, and whether the intervals show it. They
 * overlap if they touch in the digits that are shown: the losses of networks that are stuck at the best
 * constant's differ by rounding, and nobody learns from that.
 */
export function studyVerdict(choices: readonly Choice[], rule: SelectionRule): string {
  const contenders = choices
    .flatMap(({ initialization, arm }): Contender[] => {
      const loss = arm && lossBy(rule, arm);
      return loss === undefined ? [] : [{ initialization, loss }];
    })
    .toSorted((a, b) => a.loss.estimate - b.loss.estimate);
  const [best, ...others] = contenders;
  if (best === undefined) return "Nothing can be said: no arm has trained all of its seeds.";
  const missing = choices.length - contenders.length;
  const open = missing === 0 ? "" : `; ${missing} of ${choices.length} have no loss yet`;
  if (isDivergedLoss(best.loss.estimate)) {
    return `There is nothing to compare: by the ${RULE_WORDS[rule]}, all diverged${open}.`;
  }
  if (choices.length === 1) {
    return (
      `The ${RULE_WORDS[rule]} is ${lossText(best.loss.estimate)}; ` +
      `there is no initialization to compare ${best.initialization} with.`
    );
  }
  const has = `${best.initialization} has the lowest ${RULE_WORDS[rule]}, ${lossText(best.loss.estimate)}`;
  if (others.length === 0) return `${has}${open}.`;
  if (contenders.some(({ loss }) => loss.lower === undefined || loss.upper === undefined)) {
    return `${has}, but there are too few seeds for intervals${open}.`;
  }
  const level = percent(choices.find(({ arm }) => arm !== undefined)?.arm?.level ?? NaN);
  const upper = best.loss.upper ?? Infinity;
  const near = others.filter(({ loss: { lower = -Infinity } }) => {
    return lower <= upper || lossText(lower) === lossText(upper);
  });
  if (near.length === 0) {
    return `${has}: its ${level} interval is below those of all others${open}.`;
  }
  const names = listed(near.map(({ initialization }) => initialization));
  const rest = near.length === others.length ? "" : "; it is below the others'";
  return `${has}, but its ${level} interval overlaps ${near.length === 1 ? "that" : "those"} of ${names}: they are not told apart${rest}${open}.`;
}

/** Joins names: `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length <= 1 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
