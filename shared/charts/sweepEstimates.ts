import type { Run__Output } from "../wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../wire/generated/lyapunov/v1/Sweep.ts";
import { exponentOf } from "./verdict.ts";
import type { Chart, Estimated, Mark, Point } from "./chart.ts";
import { NothingToDraw } from "./nothingToDraw.ts";
import { exactExponents, levelLabel, ofSurvivors } from "./runLabels.ts";
import { axisOf, seriesLabels, varyingParameters, WIDTH } from "./sweepParameters.ts";

/**
 * Draws λ̂ with its interval over the first parameter that varies, and the exact λ as lines.
 *
 * @throws NothingToDraw if no run has an estimate
 */
export function sweepEstimatesChart(sweep: Sweep__Output): Chart {
  const { runs } = sweep;
  const [x = WIDTH] = varyingParameters(runs);
  const labels = seriesLabels(runs, x);
  const series = [...new Set(labels)].map((label) => ({
    label,
    runs: runs.filter((_, i) => labels[i] === label).toSorted((a, b) => x.value(a) - x.value(b)),
  }));
  const lines = series.map(({ label, runs: some }): Mark => ({
    kind: "line",
    series: label,
    points: some.flatMap((run): Point[] => {
      const y = exactExponents(run)?.lyapunovExponent;
      return y === undefined ? [] : [{ x: x.value(run), y }];
    }),
  }));
  const points = series.map(({ label, runs: some }) => ({
    kind: "points" as const,
    series: label,
    points: some.flatMap((run) => estimated(run, x.value(run))),
  }));
  if (points.every((mark) => mark.points.length === 0)) {
    throw new NothingToDraw(sweep, "no run has an estimate yet; wait until one has");
  }
  const [first] = runs;
  const dying = runs.some((run) => ofSurvivors(run) !== "")
    ? ", of survivors where networks die"
    : "";
  return {
    kind: "diagram",
    title: sweep.displayName || sweep.name,
    subtitle: `points: λ̂ with ${first ? levelLabel(first) : ""} intervals; lines: exact λ`,
    name: sweep.name,
    panels: [
      {
        x: axisOf(x, runs),
        y: { title: `λ per layer${dying}`, scale: "linear" },
        marks: [...lines, ...points],
      },
    ],
  };
}

function estimated(run: Run__Output, x: number): Estimated[] {
  const { estimate, lower, upper } = exponentOf(run) ?? {};
  if (estimate === undefined || lower === undefined || upper === undefined) return [];
  return [{ x, y: estimate, lower, upper }];
}
