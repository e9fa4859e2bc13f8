import { View, parse } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

import type { Chart } from "../../../shared/charts/chart.ts";
import { vegaLite } from "../../../shared/charts/vegaLite.ts";

/** Renders a Vega-Lite picture as SVG. */
export async function renderSvg(picture: TopLevelSpec): Promise<string> {
  const { spec } = compile(picture);
  return new View(parse(spec), { renderer: "none" }).toSVG();
}

/** Renders a chart as SVG. */
export function chartSvg(chart: Chart): Promise<string> {
  return renderSvg(vegaLite(chart));
}
