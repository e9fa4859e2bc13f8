import { count, counted, duration } from "../../shared/text/counts.ts";
import { ABSENT, given, interval, percent, significant } from "../../shared/text/numbers.ts";
import { shortName } from "../../shared/wire/enumerations.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { weightsLabel } from "../../shared/charts/networkLabels.ts";
import type { Check, Span } from "./check.ts";
import { tally, type Judgement } from "./judgement.ts";
import { markdownTable } from "./markdownTable.ts";
import type { ReportFacts } from "./reportFacts.ts";

/** Digits of a number without an error. */
const DIGITS = 5;
const SPAN_DIGITS = 4;

/** The report in Markdown; its pictures lie beside it. */
export function reportText(facts: ReportFacts, judgements: readonly Judgement[]): string {
  const parts = [
    "# Lyapunov initialization: the claims, recomputed",
    introduction(facts),
    tally(judgements),
    summary(judgements),
    reading(judgements),
    ...judgements.flatMap(section),
    "## How this was made",
    making(facts, judgements),
  ];
  return `${parts.join("\n\n")}\n`;
}

function introduction({ scale, version }: ReportFacts): string {
  const size =
    scale === "quick"
      ? "This is the quick version, for a first look."
      : "This is the full version.";
  return (
    "Kogler, Schwarz and Kittle (arXiv 2602.10949) claim limit theorems for deep random Leaky ReLU " +
    "networks, and an initialization that follows from them. This report computes what they claim " +
    `with lyapunov-cluster ${version}, and says what came out. ${size}\n\n` +
    "L is the depth of a network, and S_L how much the log-norm of its activations grows from the first " +
    "layer to the last. λ is the mean of this growth a layer and σ² its variance a layer, as L grows. α is " +
    "the slope of Leaky ReLU below zero. `gaussian 2×1024` stands for Gaussian weights, width 2 and " +
    "depth 1024. Weights have the standard deviation gain/√width; the gain `he` is √(2/(1 + α²)), and " +
    "`lyapunov` the one at which λ = 0. A hat, as in λ̂, marks an estimate."
  );
}

function summary(judgements: readonly Judgement[]): string {
  return markdownTable(
    ["claim", "verdict", "checks that hold", "runs", "replicas"],
    judgements.map(({ claim, verdict, checks, runs }) => [
      `[${claim.title}](#${claim.id})`,
      `**${verdict}**`,
      `${checks.filter((check) => check.verdict === "holds").length} of ${checks.length}`,
      count(runs.length),
      count(replicasOf(runs)),
    ]),
  );
}

function reading(judgements: readonly Judgement[]): string {
  const any = judgements.reduce((sum, { falseAlarmRate }) => sum + falseAlarmRate, 0);
  return (
    "A check compares a number with what the claim says that it is. It *holds* if the number's " +
    "interval meets the expectation and goes beyond it by no more than the column *known to*; it *does " +
    "not hold* if the interval misses the expectation; otherwise it *cannot be told*. A claim holds if " +
    "all its checks do, and does not if one does not. The checks of a claim share its false-alarm " +
    "rate: so often, at most, a true claim would be said not to hold. That some claim of this report " +
    `would be has a probability of ${percent(any, 3)} at most.`
  );
}

function section(judgement: Judgement): string[] {
  const { claim, falseAlarmRate, verdict, checks, runs, figures, tables } = judgement;
  return [
    `<a id="${claim.id}"></a>`,
    `## ${claim.title}`,
    claim.statement,
    `**Verdict: ${verdict}**, with a false-alarm rate of ${percent(falseAlarmRate)}. ${claim.method}`,
    ...figures.map(({ name, caption }) => `![${caption}](${name}.svg)\n\n*${caption}*`),
    checkTable(checks),
    ...tables,
    `*Computed:* ${runsText(runs)}`,
  ];
}

function checkTable(checks: readonly Check[]): string {
  const [first] = checks;
  const coverage = first === undefined ? ABSENT : percent(1 - first.falseAlarmRate);
  return markdownTable(
    ["check", "found", `${coverage} interval`, "expected", "known to", "verdict"],
    checks.map((check) => [
      check.what,
      significant(check.estimate, DIGITS),
      check.lower === check.upper ? ABSENT : interval(check.lower, check.upper),
      spanText(check.expectation),
      check.resolution === 0 ? ABSENT : significant(check.resolution, 2),
      check.verdict,
    ]),
  );
}

function spanText({ from, to }: Span): string {
  if (from === to) return significant(from, DIGITS);
  if (to === Infinity) return `above ${significant(from, SPAN_DIGITS)}`;
  return `${significant(from, SPAN_DIGITS)} to ${significant(to, SPAN_DIGITS)}`;
}

/** What was computed for a claim, in a sentence. */
function runsText(runs: readonly Run__Output[]): string {
  const each = (name: string, value: (run: Run__Output) => string | undefined) => {
    const values = [...new Set(runs.map(value))].filter((text) => text !== undefined);
    return values.length === 0 || values.length > 16 ? [] : [`${name} ${values.join(", ")}`];
  };
  return `${[
    `${counted(runs.length, "run")} with ${counted(replicasOf(runs), "replica")}`,
    ...each("weights", weightsLabel),
    ...each("width", ({ network }) => network?.width.toString()),
    ...each("depth", ({ network }) => network?.depth.toString()),
    ...each("α", ({ network }) => given(network?.negativeSlope)),
    ...each("sampling", ({ sampling }) => shortName("sampling", sampling)),
    ...each("backend", ({ backend }) => shortName("backend", backend)),
    seedsText(runs),
  ].join("; ")}.`;
}

function seedsText(runs: readonly Run__Output[]): string {
  const seeds = runs.map(({ seed }) => Number(seed)).toSorted((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const seed of seeds) {
    const last = ranges.at(-1);
    if (last !== undefined && seed <= last[1] + 1) last[1] = seed;
    else ranges.push([seed, seed]);
  }
  const texts = ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
  return `${new Set(seeds).size === 1 ? "seed" : "seeds"} ${texts.join(", ")}`;
}

function making(facts: ReportFacts, judgements: readonly Judgement[]): string {
  const { command, machine, startTime, seconds, predictedSeconds, isResumed } = facts;
  const predicted =
    predictedSeconds === null ? "" : `, where ${duration(predictedSeconds)} were predicted`;
  const resumed = isResumed ? "; parts of it had been computed before an interruption" : "";
  const generators = new Set(
    judgements.flatMap(({ runs }) =>
      runs.flatMap(({ computations }) =>
        computations.map(({ backend, generator }) => `${backend}: \`${generator}\``),
      ),
    ),
  );
  return [
    `- Command: \`${command}\``,
    `- Version: ${facts.version}; ${machine}`,
    `- Begun ${startTime}; took ${duration(seconds)}${predicted}${resumed}`,
    `- Random streams: ${[...generators].join("; ")}`,
    "- What every run was asked and what it found is in [report.json](report.json), with its seed. " +
      "The same version makes the same numbers, to the last bit, on any machine with these random " +
      "streams.",
  ].join("\n");
}

function replicasOf(runs: readonly Run__Output[]): number {
  return runs.reduce((sum, { replicaCount }) => sum + Number(replicaCount), 0);
}
