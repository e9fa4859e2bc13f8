import type { TopLevelSpec } from "vega-lite";

import type { Case } from "./cases.ts";

/** A point of the picture: a contender's rate at a width. */
export interface WeightRate extends Case {
  /** Median over the rounds, by processor time. */
  readonly weightsPerSecond: number;
}

/** Draws weights a second against the width: a panel for each law, a colour for each contender. */
export function kernelPlot(points: readonly WeightRate[], subtitle: string): TopLevelSpec {
  const widths = [...new Set(points.map(({ width }) => width))];
  const color = { field: "contender", type: "nominal" as const, title: null };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: "Weights drawn and consumed a second, one core", subtitle },
    background: "white",
    data: { values: points.map((point) => ({ ...point })) },
    facet: { field: "weights", type: "nominal", title: null, sort: null },
    columns: 3,
    spec: {
      width: 220,
      height: 220,
      mark: { type: "line", point: true },
      encoding: {
        x: {
          field: "width",
          type: "quantitative",
          title: "width d",
          scale: { type: "log", base: 2 },
          axis: { values: widths },
        },
        y: {
          field: "weightsPerSecond",
          type: "quantitative",
          title: "weights a second",
          scale: { type: "log" },
          axis: { format: "~s" },
        },
        color,
        shape: color,
      },
    },
  };
}
