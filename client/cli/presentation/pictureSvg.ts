import { vegaLite } from "../../../shared/charts/vegaLite.ts";
import type { Picture } from "../../reproduce/claim.ts";
import { renderSvg } from "./svg.ts";

/** Renders a picture of a report as SVG. */
export function svgOf(picture: Picture): Promise<string> {
  return renderSvg(picture.kind === "vega-lite" ? picture.spec : vegaLite(picture));
}
