import type { TopLevelSpec } from "vega-lite";

import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { exponentOf } from "../../../shared/charts/verdict.ts";
import { isMap, phaseDiagram } from "../../../shared/charts/phases.ts";
import { gainLabel, weightsLabel } from "../../../shared/charts/networkLabels.ts";
import { chartSvg, renderSvg } from "./svg.ts";

const AXES = [
  { title: "width d", value: (run: Run__Output) => run.network?.width },
  { title: "gain", value: (run: Run__Output) => run.network?.gain },
  { title: "negative slope α", value: (run: Run__Output) => run.network?.negativeSlope },
  { title: "depth L", value: (run: Run__Output) => run.network?.depth },
] as const;

/**
 * Draws a picture of the sweep as SVG: a phase diagram where exactly two numbers vary, else λ̂ with
 * error bars beside the exact values, and the growth over the depth.
 */
export function sweepSvg(title: string, runs: readonly Run__Output[]): Promise<string> {
  const sweep = { name: "", displayName: title, runs: [...runs] };
  const isKnown = runs.some((run) => exponentOf(run)?.estimate !== undefined);
  return isKnown && isMap(sweep)
    ? chartSvg(phaseDiagram(sweep))
    : renderSvg(sweepPlot(title, runs));
}

/**
 * Draws estimates as points with intervals and exact values as lines; the second panel shows
 * e^(λ·depth).
 */
function sweepPlot(title: string, runs: readonly Run__Output[]): TopLevelSpec {
  const axis = AXES.find(({ value }) => new Set(runs.map(value)).size > 1) ?? AXES[0];
  const values = runs.flatMap((run) => {
    const estimate = exponentOf(run);
    if (estimate?.estimate === undefined) return [];
    const depth = run.network?.depth ?? 1;
    const exact = run.exact?.extinct === true ? run.exact.survivors : run.exact;
    return [
      {
        x: axis.value(run),
        series: `${gainLabel(run)}, ${weightsLabel(run)}`,
        estimate: estimate.estimate,
        lower: estimate.lower,
        upper: estimate.upper,
        exact: exact?.lyapunovExponent,
        decades: (estimate.estimate * depth) / Math.LN10,
        exactDecades: ((exact?.lyapunovExponent ?? NaN) * depth) / Math.LN10,
      },
    ];
  });
  const x = {
    field: "x",
    type: "quantitative" as const,
    title: axis.title,
    ...(axis.title === "width d" && {
      scale: { type: "log" as const, base: 2 },
      axis: { values: [...new Set(values.map((value) => value.x as number))] },
    }),
  };
  const color = {
    field: "series",
    type: "nominal" as const,
    title: "initialization",
    legend: { labelLimit: 0 },
  };
  const rule = {
    mark: { type: "rule" as const, strokeDash: [4, 4] },
    encoding: { y: { datum: 0 } },
  };
  const panel = (y: string, exact: string, yTitle: string, interval: boolean) => ({
    width: 360,
    height: 320,
    layer: [
      rule,
      {
        transform: [{ filter: { field: exact, valid: true } }],
        mark: { type: "line" as const, strokeWidth: 1 },
        encoding: { x, color, y: { field: exact, type: "quantitative" as const, title: yTitle } },
      },
      ...(interval
        ? [
            {
              mark: { type: "rule" as const, strokeWidth: 2 },
              encoding: {
                x,
                color,
                y: { field: "lower", type: "quantitative" as const },
                y2: { field: "upper" },
              },
            },
          ]
        : []),
      {
        mark: { type: "point" as const, filled: true, size: 50 },
        encoding: {
          x,
          color,
          shape: color,
          y: { field: y, type: "quantitative" as const, title: yTitle },
        },
      },
    ],
  });
  const dying = runs.some((run) => run.lyapunovExponent?.extinct === true)
    ? ", of survivors where networks die"
    : "";
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, subtitle: "points: Monte Carlo estimates; lines: exact values" },
    background: "white",
    data: { values },
    hconcat: [
      panel("estimate", "exact", `Lyapunov exponent λ per layer${dying}`, true),
      panel("decades", "exactDecades", "log₁₀ of the typical growth over all layers", false),
    ],
  };
}
