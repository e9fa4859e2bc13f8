import type { Chart, Diagram } from "../../../shared/charts/chart.ts";
import { panelText } from "./panelText.ts";
import { phaseText } from "./phaseText.ts";

/** Least width; below it, nothing is readable. */
const MINIMUM_COLUMNS = 40;

/** Draws the picture as text, at most this many columns wide except for its titles. */
export function terminalText(chart: Chart, columns: number): string {
  const width = Math.max(MINIMUM_COLUMNS, columns);
  const body = chart.kind === "phases" ? phaseText(chart, width) : panelsText(chart, width);
  return `${[chart.title, chart.subtitle, chart.name, "", ...body].join("\n")}\n`;
}

function panelsText({ panels }: Diagram, width: number): string[] {
  return panels.flatMap((panel, i) => [...(i === 0 ? [] : [""]), ...panelText(panel, width)]);
}
