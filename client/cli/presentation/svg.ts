import { View, parse } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** Renders a Vega-Lite picture as SVG. */
export async function renderSvg(picture: TopLevelSpec): Promise<string> {
  const { spec } = compile(picture);
  return new View(parse(spec), { renderer: "none" }).toSVG();
}
