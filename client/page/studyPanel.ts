import { armOf, type Measured } from "../../shared/studies/arm.ts";
import { lossText } from "../../shared/studies/lossText.ts";
import { lossBy } from "../../shared/studies/selection.ts";
import { studyReport, type RuleReport } from "../../shared/studies/studyReport.ts";
import { RULE_WORDS } from "../../shared/studies/studyVerdict.ts";
import { count, counted } from "../../shared/text/counts.ts";
import { given, percent } from "../../shared/text/numbers.ts";
import type { RunJson } from "../../shared/wire/json.ts";
import type { LearningCurve } from "../../shared/wire/pageJson.ts";
import { shareText } from "./armTable.ts";
import { html } from "./dom.ts";
import { scrollable } from "./frame.ts";
import { learningChart } from "./learningChart.ts";

/** What a study has found by both rules, and the learning curves of the best settings. */
export function studyPanel(
  runs: readonly RunJson[],
  curves: readonly LearningCurve[],
  width: number,
): HTMLElement[] {
  const report = studyReport(
    runs.flatMap((run) => armOf(run) ?? []),
    undefined,
  );
  const { armCount, seedCount, trainingCount, level } = report;
  const seeds = seedCount === undefined ? "" : ` × ${counted(seedCount, "seed")}`;
  return [
    ...report.rules.flatMap((rule) => ruleTable(rule, level)),
    html(
      "p",
      { class: "subject" },
      `${counted(armCount, "arm")}${seeds}: ${counted(trainingCount, "network")} trained, all ` +
        "with the same random numbers.",
    ),
    html("div", { class: "charts" }, curvesChart(report.rules[0], curves, width)),
  ];
}

function curvesChart(
  rule: RuleReport | undefined,
  curves: readonly LearningCurve[],
  width: number,
): HTMLElement {
  const drawn = (rule?.choices ?? []).flatMap(({ initialization, arm }) => {
    const points = curves.find(({ run }) => run === arm?.run)?.points ?? [];
    return points.length === 0 ? [] : [{ name: initialization, points }];
  });
  const text =
    drawn.length === 0
      ? "No arm has trained all of its seeds yet."
      : "Each initialization at its own best setting by the paper's rule.";
  return learningChart(drawn, "bestMedian", text, width);
}

function ruleTable(
  { rule, choices, verdict }: RuleReport,
  level: number | undefined,
): HTMLElement[] {
  const numbers = new Set(["loss", "diverged", "stuck", "rate", "decay", "best of"]);
  const columns = [
    "initialization",
    "loss",
    level === undefined ? "interval" : `${percent(level)} interval`,
    "diverged",
    "stuck",
    "optimizer",
    "rate",
    "decay",
    "best of",
  ];
  const cell = (column: string, ...children: (HTMLElement | string)[]) =>
    html("td", { class: numbers.has(column) ? "number" : undefined }, ...children);
  const rows = choices.map(({ initialization, armCount, arm }) => {
    const loss = arm && lossBy(rule, arm);
    const name =
      arm === undefined ? initialization : html("a", { href: `/${arm.run}` }, initialization);
    return html(
      "tr",
      {},
      html("th", { scope: "row" }, name),
      cell("loss", lossText(loss?.estimate)),
      cell("interval", intervalText(loss)),
      cell("diverged", shareText(arm?.divergedShare)),
      cell("stuck", shareText(arm?.stuckShare)),
      cell("optimizer", arm?.optimizer ?? ""),
      cell("rate", given(arm?.learningRate)),
      cell("decay", given(arm?.weightDecay)),
      cell("best of", count(armCount)),
    );
  });
  const head = columns.map((column) =>
    html("th", { scope: "col", class: numbers.has(column) ? "number" : undefined }, column),
  );
  const title = `By the ${RULE_WORDS[rule]}`;
  const table = html(
    "table",
    {},
    html("thead", {}, html("tr", {}, ...head)),
    html("tbody", {}, ...rows),
  );
  const region = scrollable(title, table);
  region.classList.add("surface");
  return [html("h2", {}, title), html("p", {}, verdict), region];
}

function intervalText(loss: Measured | undefined): string {
  if (loss?.lower === undefined || loss.upper === undefined) return "";
  return `${lossText(loss.lower)} to ${lossText(loss.upper)}`;
}
