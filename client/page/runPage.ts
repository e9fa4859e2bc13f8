import { computationLines, NO_EQUAL_BITS } from "../../shared/text/computations.ts";
import { count, counted } from "../../shared/text/counts.ts";
import { exactBeside, fixed, given, percent, rounded } from "../../shared/text/numbers.ts";
import { times } from "../../shared/text/times.ts";
import { learningCurve } from "../../shared/studies/learningCurve.ts";
import type { RunJson } from "../../shared/wire/json.ts";
import type { Charts } from "../../shared/wire/pageJson.ts";
import { convergenceChart, type ConvergencePoint } from "./convergenceChart.ts";
import { depthChart } from "./depthChart.ts";
import { html } from "./dom.ts";
import { learningChart } from "./learningChart.ts";
import { fluctuationChart } from "./fluctuationChart.ts";
import {
  bestEstimate,
  estimateText,
  exactCriticalGain,
  exactLambda,
  exactVariance,
  isPropagation,
  nameBeside,
  networkText,
  progressBar,
  shardProgressText,
  stateBadge,
  titleOf,
} from "./runFacts.ts";
import type { ViewState } from "./viewState.ts";

/**
 * The page of a run: its estimates, how they converged, and whether the two theorems show; of a
 * training, its learning curve.
 *
 * @param width pixels of a diagram among several
 * @param widthAlone pixels of a diagram that is the only one
 */
export function runPage(
  { rest, resources }: ViewState,
  width: number,
  widthAlone: number,
): HTMLElement[] {
  const run = resources[0] as RunJson;
  const { charts } = rest as { charts: Charts };
  const { progress } = run;
  return [
    html("h1", {}, titleOf(run), " ", stateBadge(run.state)),
    html(
      "p",
      { class: "subject" },
      ...(nameBeside(run) === "" ? [] : [`${nameBeside(run)} · `]),
      networkText(run),
      ...(run.sweep === "" ? [] : [" · ", html("a", { href: `/${run.sweep}` }, "its sweep")]),
    ),
    ...(run.error === "" ? [] : [html("p", { class: "trouble", role: "alert" }, run.error)]),
    html("div", { class: "tiles" }, ...estimateTiles(run), progressTile(run, progress)),
    // The charts are of λ and σ², which only runs that propagate networks estimate.
    ...(isPropagation(run)
      ? [html("div", { class: "charts" }, ...chartsOf(run, charts, width))]
      : []),
    ...(run.training === undefined
      ? []
      : [html("div", { class: "charts" }, learningChartOf(run, widthAlone))]),
  ];
}

function learningChartOf(run: RunJson, width: number): HTMLElement {
  const { points } = learningCurve(run);
  const text =
    points.length === 0 ? "No shard has arrived yet." : "The test loss after so many steps.";
  return learningChart([{ name: titleOf(run), points }], "median", text, width);
}

/** What the estimates of trainings are called. */
const TITLES: Readonly<Record<string, string>> = {
  medianTestLoss: "Median test loss",
  bestMedianTestLoss: "Median test loss of the best 80 %",
  medianTrainingLoss: "Median training loss",
  medianLogTestLoss: "Median log of the test loss",
  divergedShare: "Share that diverged",
  stuckShare: "Share that is stuck",
};

function estimateTiles(run: RunJson): HTMLElement[] {
  const { survivors, estimates = {} } = run;
  if (!isPropagation(run)) {
    return Object.entries(estimates).map(([name, estimate]) =>
      tile(name, TITLES[name] ?? name, estimate),
    );
  }
  const lambda = bestEstimate(run);
  const variance = survivors?.variance ?? run.variance ?? undefined;
  const whose = survivors === null ? "" : " of survivors";
  return [
    ...(survivors === null || run.lyapunovExponent === null
      ? []
      : [
          html(
            "section",
            { class: "tile" },
            html("h2", {}, "Lyapunov exponent λ"),
            html("p", { class: "value" }, estimateText(run.lyapunovExponent)),
            html(
              "p",
              {},
              `${count(run.extinctCount)} of ${count(run.replicaCount)} replicas extinct`,
            ),
          ),
        ]),
    tile("lambda", `Lyapunov exponent λ${whose}`, lambda, exactLambda(run)),
    tile("variance", `Variance σ²${whose}`, variance, exactVariance(run)),
    tile(
      "critical-gain",
      `Critical gain${whose}`,
      run.criticalGain ?? undefined,
      exactCriticalGain(run),
    ),
    ...(run.spread === null ? [] : [spreadTile(run.spread, survivors !== null)]),
  ];
}

/** How far single networks are from one another, which the error of λ̂ says nothing of. */
function spreadTile(spread: NonNullable<RunJson["spread"]>, ofSurvivors: boolean): HTMLElement {
  const { growthQuantiles, layerCount, halfLostDepth, nineTenthsLostDepth } = spread;
  const at = (probability: number) =>
    times(growthQuantiles.find((each) => each.probability === probability)?.value ?? NaN);
  const areAlike = growthQuantiles.every(({ value }) => value === growthQuantiles[0]?.value);
  const neighbours = areAlike
    ? ["all are alike"]
    : [`half of all at ${at(0.25)} to ${at(0.75)}`, `nine tenths at ${at(0.05)} to ${at(0.95)}`];
  const lost =
    halfLostDepth === null
      ? ""
      : `half of all networks have lost a factor 1000 after about ${counted(halfLostDepth, "layer")}` +
        (nineTenthsLostDepth === null ? "" : `, nine tenths after ${count(nineTenthsLostDepth)}`);
  return html(
    "section",
    { class: "tile", id: "spread" },
    html("h2", {}, ofSurvivors ? "Typical survivor" : "Typical network"),
    html("p", { class: "value" }, at(0.5)),
    html("p", {}, `after ${counted(layerCount, "layer")}`),
    ...neighbours.map((line) => html("p", {}, line)),
    ...(lost === "" ? [] : [html("p", {}, lost)]),
  );
}

function tile(
  id: string,
  title: string,
  estimate: ReturnType<typeof bestEstimate>,
  exact?: number | null,
): HTMLElement {
  if (estimate === undefined) return html("section", { class: "tile", id }, html("h2", {}, title));
  const { lower, upper, standardError, level, z } = estimate;
  const size = estimate.estimate;
  const interval =
    lower === null || upper === null
      ? ""
      : `${percent(level)}: ${rounded(lower, standardError, size)} to ${rounded(upper, standardError, size)}`;
  const deviation = z === null ? "" : ` · z = ${fixed(z, 2)}`;
  return html(
    "section",
    { class: "tile", id },
    html("h2", {}, title),
    html("p", { class: "value" }, estimateText(estimate)),
    html("p", {}, interval),
    ...comparison(exact, standardError, deviation),
  );
}

/** Compares with the exact value; empty while nobody knows whether there is one. */
function comparison(
  exact: number | null | undefined,
  error: number | null,
  deviation: string,
): HTMLElement[] {
  if (exact === undefined) return [];
  if (exact === null) return [html("p", {}, "no closed form")];
  const exactly = html("span", { class: "exact" }, `exactly ${exactBeside(exact, error)}`);
  return [html("p", {}, exactly, deviation)];
}

function progressTile(run: RunJson, progress: RunJson["progress"]): HTMLElement {
  return html(
    "section",
    { class: "tile", id: "progress" },
    html("h2", {}, "Progress"),
    html(
      "p",
      { class: "value" },
      html("data", { value: run.replicaCount }, count(run.replicaCount)),
      " ",
      html("span", { class: "error" }, "replicas"),
    ),
    ...(progress === null
      ? []
      : [progressBar(titleOf(run), progress), html("p", {}, shardProgressText(progress))]),
    html("p", {}, `${goalText(run)}, on ${run.backend}`),
    ...computationLines(run.computations).map((line) => html("p", {}, `computed by ${line}`)),
    ...(run.backend === "any" ? [html("p", {}, NO_EQUAL_BITS)] : []),
    ...(run.targetMet === false
      ? [html("p", { class: "trouble", role: "alert" }, missedText(run))]
      : []),
  );
}

function missedText({ state }: RunJson): string {
  if (state === "SUCCEEDED") return "target missed at the limit of replicas";
  return "it ended before its target was met";
}

/** Formats the stopping rule, as `until the standard error of λ̂ is 0.001`. */
function goalText({ stoppingRule }: RunJson): string {
  const precision = stoppingRule?.precision;
  if (precision === undefined) return "a fixed number of replicas";
  const { lyapunovExponent, variance, targets = {} } = precision;
  const errors = Object.entries({ λ̂: lyapunovExponent, "σ̂²": variance, ...targets })
    .filter(([, error]) => error !== null)
    .map(([name, error]) => `of ${name} is ${given(error)}`);
  return `until the standard error ${errors.join(" and ")}`;
}

function chartsOf(run: RunJson, charts: Charts, width: number): HTMLElement[] {
  const { history, depths, fluctuations } = charts;
  const { level } = run;
  const variance = run.survivors?.variance ?? run.variance ?? undefined;
  const points = (name: "lyapunovExponent" | "variance", now: ReturnType<typeof bestEstimate>) =>
    withNow(
      history.flatMap(({ replicaCount, [name]: estimate }) =>
        estimate === undefined ? [] : [{ replicaCount, ...estimate }],
      ),
      run,
      now,
    );
  return [
    convergenceChart({
      symbol: "λ",
      points: points("lyapunovExponent", bestEstimate(run)),
      exact: exactLambda(run),
      level,
      width,
    }),
    convergenceChart({
      symbol: "σ²",
      points: points("variance", variance),
      exact: exactVariance(run),
      level,
      width,
    }),
    depthChart(depths, exactLambda(run), width),
    ...(fluctuations === null ? [] : [fluctuationChart(fluctuations, width)]),
  ];
}

/** The estimates that were kept on the way, with the present one at the end. */
function withNow(
  kept: readonly ConvergencePoint[],
  run: RunJson,
  now: ReturnType<typeof bestEstimate>,
): ConvergencePoint[] {
  if (now === undefined) return [...kept];
  const replicaCount = Number(run.replicaCount);
  const { estimate, lower, upper } = now;
  const earlier = kept.filter((point) => point.replicaCount < replicaCount);
  if (estimate === null || lower === null || upper === null) return earlier;
  return [...earlier, { replicaCount, estimate, lower, upper }];
}
