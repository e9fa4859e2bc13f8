import type { Chart, Diagram } from "../../../shared/charts/chart.ts";
import { panelText } from "./panelText.ts";
import { phaseText } from "./phaseText.ts";
import { LEAST_COLUMNS } from "./terminal.ts";
import { wrapped } from "./wrap.ts";

/** Draws the picture as text, no wider than the columns. */
export function terminalText(chart: Chart, columns: number): string {
  const width = Math.max(LEAST_COLUMNS, columns);
  const body = chart.kind === "phases" ? phaseText(chart, width) : panelsText(chart, width);
  const titles = [chart.title, chart.subtitle, chart.name].flatMap((text) => wrapped(text, width));
  return `${[...titles, "", ...body].join("\n")}\n`;
}

function panelsText({ panels }: Diagram, width: number): string[] {
  return panels.flatMap((panel, i) => [...(i === 0 ? [] : [""]), ...panelText(panel, width)]);
}
