import { lossText } from "../../shared/studies/lossText.ts";
import { lossBy } from "../../shared/studies/selection.ts";
import { RULE_WORDS } from "../../shared/studies/studyVerdict.ts";
import type { Measured } from "../../shared/studies/arm.ts";
import type { RuleReport, StudyReport } from "../../shared/studies/studyReport.ts";
import type { StepsToLoss } from "../../shared/studies/stepsToLoss.ts";
import { count, counted } from "../../shared/text/counts.ts";
import { ABSENT, given, percent } from "../../shared/text/numbers.ts";
import { markdownTable } from "./markdownTable.ts";

const DIGITS = 3;

/** What a study found in Markdown: what it cost, and a table for each rule of choice. */
export function studyTables(report: StudyReport): string[] {
  const { armCount, trainingCount, seedCount, targetLoss, level } = report;
  const seeds = seedCount === undefined ? "" : ` of ${counted(seedCount, "seed")} each`;
  return [
    `${counted(armCount, "arm")}${seeds}: ${count(trainingCount)} networks were trained. Steps are ` +
      `counted to a test loss of ${lossText(targetLoss)}, a tenth of that of the best constant.`,
    ...report.rules.flatMap((rule) => [
      `By the ${RULE_WORDS[rule.rule]}: ${rule.verdict}`,
      ruleTable(rule, level),
    ]),
  ];
}

function ruleTable({ rule, choices }: RuleReport, level: number | undefined): string {
  return markdownTable(
    [
      "initialization",
      "best setting",
      "of",
      "test loss",
      level === undefined ? "interval" : `${percent(level)} interval`,
      "diverged",
      "stuck",
      "steps to the loss",
    ],
    choices.map(({ initialization, arm, armCount, steps }) => {
      const loss = arm && lossBy(rule, arm);
      return [
        initialization,
        arm === undefined
          ? ABSENT
          : `${arm.optimizer}, rate ${given(arm.learningRate)}, decay ${given(arm.weightDecay)}`,
        count(armCount),
        lossText(loss?.estimate),
        rangeText(loss),
        shareText(arm?.divergedShare),
        shareText(arm?.stuckShare),
        stepsText(steps),
      ];
    }),
  );
}

/** The interval of a loss, whose ends are far apart. */
function rangeText(loss: Measured | undefined): string {
  if (loss?.lower === undefined || loss.upper === undefined) return ABSENT;
  return `[${lossText(loss.lower)}, ${lossText(loss.upper)}]`;
}

function shareText(share: Measured | undefined): string {
  return share === undefined ? ABSENT : percent(share.estimate, DIGITS);
}

/** Steps with their range. */
function stepsText(steps: StepsToLoss | undefined): string {
  if (steps === undefined) return ABSENT;
  const { estimate, interval } = steps;
  if (interval === undefined) return stepText(estimate);
  const { earliest, latest } = interval;
  if (estimate === undefined && earliest === undefined) return "never";
  return `${stepText(estimate)} (${stepText(earliest)} to ${stepText(latest)})`;
}

function stepText(step: number | undefined): string {
  return step === undefined ? "never" : count(Math.round(step));
}
