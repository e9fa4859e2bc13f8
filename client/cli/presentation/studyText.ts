import { lossText } from "../../../shared/studies/lossText.ts";
import { lossBy, type SelectionRule } from "../../../shared/studies/selection.ts";
import type { RuleReport, StudyReport } from "../../../shared/studies/studyReport.ts";
import { count, counted } from "../../../shared/text/counts.ts";
import { ABSENT, given, percent } from "../../../shared/text/numbers.ts";
import type { Arm } from "../../../shared/studies/arm.ts";
import { fittedTable, type TableColumn } from "./fittedTable.ts";
import { wrapped } from "./wrap.ts";

type Row = RuleReport["choices"][number];

const HEADINGS: Readonly<Record<SelectionRule, string>> = {
  best80: "By the paper's rule: the median test loss of the best 80 % of seeds",
  all: "By a plain rule: the median test loss of all seeds",
};

/** Formats what a study has found for people: a table and a verdict by each rule, and what it cost. */
export function studyText(report: StudyReport, limit = Infinity): string {
  const width = Number.isFinite(limit) ? limit : 200;
  const lines = report.rules.flatMap(({ rule, choices, verdict }) => [
    ...wrapped(`${HEADINGS[rule]}, each initialization at its own best setting`, width),
    fittedTable(columnsOf(report, rule), choices, limit),
    ...wrapped(verdict, width),
    "",
  ]);
  return [...lines, ...costs(report).flatMap((sentence) => wrapped(sentence, width))].join("\n");
}

function columnsOf({ targetLoss, level }: StudyReport, rule: SelectionRule): TableColumn<Row>[] {
  const ofArm = (value: (arm: Arm) => string) => (row: Row) =>
    row.arm === undefined ? ABSENT : value(row.arm);
  return [
    { head: "initialization", importance: 1, cell: ({ initialization }) => initialization },
    {
      head: "final loss",
      importance: 2,
      align: "right",
      cell: ofArm((arm) => lossText(lossBy(rule, arm)?.estimate)),
    },
    {
      head: level === undefined ? "interval" : `${percent(level)} interval`,
      importance: 3,
      cell: ofArm((arm) => intervalText(arm, rule)),
    },
    ...(targetLoss === undefined
      ? []
      : [
          {
            head: `steps to ${lossText(targetLoss)}`,
            importance: 4,
            cell: stepsText,
          },
        ]),
    {
      head: "diverged",
      importance: 6,
      align: "right",
      cell: ofArm(({ divergedShare }) => shareText(divergedShare)),
    },
    {
      head: "stuck",
      importance: 6,
      align: "right",
      cell: ofArm(({ stuckShare }) => shareText(stuckShare)),
    },
    { head: "optimizer", importance: 5, cell: ofArm(({ optimizer }) => optimizer) },
    {
      head: "rate",
      name: "learning rate",
      importance: 5,
      align: "right",
      cell: ofArm(({ learningRate }) => given(learningRate)),
    },
    {
      head: "decay",
      name: "weight decay",
      importance: 5,
      align: "right",
      cell: ofArm(({ weightDecay }) => given(weightDecay)),
    },
    { head: "best of", importance: 7, align: "right", cell: ({ armCount }) => count(armCount) },
  ];
}

function intervalText(arm: Arm, rule: SelectionRule): string {
  const { lower, upper } = lossBy(rule, arm) ?? {};
  if (lower === undefined || upper === undefined) return ABSENT;
  return `[${lossText(lower)}, ${lossText(upper)}]`;
}

/** Steps with the interval of the curve's band: `560 [480, 690]`, `never [1,800, never]`, `never`. */
function stepsText({ steps }: Row): string {
  if (steps === undefined) return ABSENT;
  const { estimate, interval } = steps;
  if (interval === undefined) return stepText(estimate);
  const { earliest, latest } = interval;
  if ([estimate, earliest, latest].every((at) => at === undefined)) return stepText(undefined);
  return `${stepText(estimate)} [${stepText(earliest)}, ${stepText(latest)}]`;
}

function stepText(step: number | undefined): string {
  return step === undefined ? "never" : count(Math.round(step));
}

function shareText(share: Arm["stuckShare"]): string {
  return share === undefined ? ABSENT : percent(share.estimate, 2);
}

/** What the study took, and what to keep in mind about its losses. */
function costs(report: StudyReport): string[] {
  const { armCount, completeArmCount, seedCount, trainingCount, settingCount } = report;
  const arms = `${counted(armCount, "arm")}${seedCount === undefined ? "" : ` × ${counted(seedCount, "seed")}`}`;
  const open = armCount - completeArmCount;
  return [
    `${arms}: ${counted(trainingCount, "network")} trained` +
      (open === 0 ? "." : `; ${counted(open, "arm")} not complete, and left out above.`),
    "All arms draw the same random numbers: they differ only in initialization and setting.",
    settingCount === 1
      ? "Each initialization has one setting, so that nothing was chosen."
      : `The best of ${settingCount === undefined ? "several" : count(settingCount)} settings on the same seeds ` +
        "looks a little better than it is, whatever the initialization.",
    "The ends of an interval of a loss are two of the ordered losses, so that it holds for any law of " +
      "them; that of the steps is where these ends reach the loss.",
  ];
}
