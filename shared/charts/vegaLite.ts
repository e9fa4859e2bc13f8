import type { TopLevelSpec } from "vega-lite";

import type { Axis, Chart, Mark, Panel, PhaseDiagram } from "./chart.ts";

type Layers = Extract<TopLevelSpec, { layer: unknown }>["layer"];

/** Okabe and Ito's colors, which color-blind people can tell apart. */
const COLORS = [
  "#0072B2",
  "#D55E00",
  "#009E73",
  "#CC79A7",
  "#E69F00",
  "#56B4E9",
  "#000000",
] as const;
const SIZE = { width: 480, height: 320 } as const;
/** Gap between an axis and the marks next to it. */
const PADDING = 10;
const BAND_OPACITY = 0.2;
const BAR_OPACITY = 0.4;

/** Converts a picture to Vega-Lite, for a light background. */
export function vegaLite(chart: Chart): TopLevelSpec {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      text: chart.title,
      subtitle: [chart.subtitle, ...(chart.name === "" ? [] : [chart.name])],
      anchor: "start",
      offset: 16,
    },
    background: "white",
    padding: 12,
    config: {
      legend: { labelLimit: 0, orient: "bottom", title: null, columns: 2, symbolOpacity: 1 },
    },
    ...(chart.kind === "phases"
      ? { ...SIZE, layer: phaseLayers(chart) }
      : {
          resolve: { scale: { color: "shared", shape: "shared" } },
          hconcat: chart.panels.map((panel) => ({
            ...SIZE,
            layer: panelLayers(chart.panels, panel),
          })),
        }),
  };
}

function panelLayers(panels: readonly Panel[], panel: Panel): Layers {
  const names = [...new Set(panels.flatMap(({ marks }) => marks.map(({ series }) => series)))];
  const color = {
    datum: "",
    scale: { domain: names, range: names.map((_, i) => COLORS[i % COLORS.length] as string) },
  };
  return panel.marks.flatMap((mark) => layersOf(panel, mark, { ...color, datum: mark.series }));
}

/** A scale over the range of its values: a picture of estimates need not begin at zero. */
function position({ title, scale, ticks }: Axis) {
  return {
    type: "quantitative" as const,
    title,
    scale:
      scale === "log"
        ? { type: scale, padding: PADDING, nice: false }
        : { type: scale, zero: false, nice: true },
    ...(ticks !== undefined && { axis: { values: [...ticks] } }),
  };
}

function layersOf(panel: Panel, mark: Mark, color: { datum: string; scale: object }): Layers {
  const [x, y] = [position(panel.x), position(panel.y)];
  switch (mark.kind) {
    case "band":
      return [
        {
          data: { values: [...mark.points] },
          mark: { type: "area", opacity: BAND_OPACITY },
          encoding: {
            x: { ...x, field: "x" },
            y: { ...y, field: "lower" },
            y2: { field: "upper" },
            color,
          },
        },
      ];
    case "bars":
      return [
        {
          data: { values: [...mark.bars] },
          mark: { type: "rect", opacity: BAR_OPACITY, stroke: "white", strokeWidth: 0.5 },
          encoding: {
            x: { ...x, field: "from" },
            x2: { field: "to" },
            y: { ...y, field: "y" },
            y2: { datum: 0 },
            color,
          },
        },
      ];
    case "line":
      return [
        {
          data: { values: [...mark.points] },
          mark: { type: "line", strokeWidth: 1.5 },
          encoding: { x: { ...x, field: "x" }, y: { ...y, field: "y" }, color },
        },
      ];
    case "points":
      return [
        {
          data: { values: [...mark.points] },
          mark: { type: "rule", strokeWidth: 2 },
          encoding: {
            x: { ...x, field: "x" },
            y: { ...y, field: "lower" },
            y2: { field: "upper" },
            color,
          },
        },
        {
          data: { values: [...mark.points] },
          mark: { type: "point", filled: true, size: 45, opacity: 1 },
          encoding: { x: { ...x, field: "x" }, y: { ...y, field: "y" }, color },
        },
      ];
  }
}

/** A position on an axis that ends exactly at the outermost values. */
function within(axis: Axis, ends: readonly number[]) {
  return {
    ...position(axis),
    scale: { type: axis.scale, domain: [Math.min(...ends), Math.max(...ends)], nice: false },
  };
}

function phaseLayers({ x, y, value, cells, critical }: PhaseDiagram): Layers {
  const across = within(
    x,
    cells.flatMap(({ left, right }) => [left, right]),
  );
  const up = within(
    y,
    cells.flatMap(({ bottom, top }) => [bottom, top]),
  );
  const known = cells.flatMap(({ estimate, ...cell }) =>
    estimate === undefined ? [] : [{ ...cell, value: estimate.value }],
  );
  const line = ({ series, points }: NonNullable<typeof critical>, halo: boolean) => ({
    data: { values: points.map((point) => ({ ...point, series })) },
    mark: { type: "line" as const, strokeWidth: halo ? 5 : 2, clip: true },
    encoding: {
      x: { ...across, field: "x" },
      y: { ...up, field: "y" },
      ...(halo
        ? { stroke: { value: "white" } }
        : { stroke: { field: "series", scale: { range: ["black"] } } }),
    },
  });
  return [
    {
      data: { values: known },
      mark: { type: "rect" },
      encoding: {
        x: { ...across, field: "left" },
        x2: { field: "right" },
        y: { ...up, field: "bottom" },
        y2: { field: "top" },
        fill: {
          field: "value",
          type: "quantitative",
          // Red and blue are apart for the color-blind, too.
          scale: { scheme: "redblue", reverse: true, domainMid: 0 },
          legend: { orient: "right", title: value },
        },
      },
    },
    ...(critical === undefined ? [] : [line(critical, true), line(critical, false)]),
  ];
}
