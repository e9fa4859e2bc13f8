import { significant } from "../../shared/text/numbers.ts";
import { html, svg } from "./dom.ts";
import type { Scale } from "./scale.ts";

/** The area in which a chart draws, in pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const HEIGHT = 262;

/** Makes a frame as wide as it is shown, so that its letters are as large as those around it. */
export function frameOf(width: number): Frame {
  return { width, height: HEIGHT, left: 62, right: width - 26, top: 26, bottom: HEIGHT - 40 };
}

/** Grid, marks and names of both axes. */
export function axes(
  frame: Frame,
  x: Scale,
  y: Scale,
  names: { readonly x: string; readonly y: string },
  label: (value: number) => string = (value) => significant(value, 6),
): SVGElement[] {
  const { left, right, top, bottom, height } = frame;
  return [
    ...y.ticks.map((tick) =>
      svg("g", {}, line("grid", left, y.place(tick), right, y.place(tick)), yLabel(frame, y, tick)),
    ),
    line("axis", left, bottom, right, bottom),
    ...x.ticks.map((tick) =>
      svg("text", { x: x.place(tick), y: bottom + 17, "text-anchor": "middle" }, label(tick)),
    ),
    svg("text", { x: right, y: height - 4, "text-anchor": "end" }, names.x),
    svg("text", { x: 0, y: top - 12 }, names.y),
  ];
}

function yLabel({ left }: Frame, y: Scale, tick: number): SVGElement {
  return svg(
    "text",
    { x: left - 7, y: y.place(tick) + 4, "text-anchor": "end" },
    significant(tick, 6),
  );
}

export function line(kind: string, x1: number, y1: number, x2: number, y2: number): SVGElement {
  return svg("line", { class: kind, x1: px(x1), y1: px(y1), x2: px(x2), y2: px(y2) });
}

/** A polyline through points. */
export function path(
  kind: string,
  points: readonly (readonly [number, number])[],
  close = "",
): SVGElement {
  const places = points.map(([x, y]) => `${px(x)} ${px(y)}`);
  return svg("path", { class: kind, d: places.length === 0 ? "" : `M${places.join("L")}${close}` });
}

/** Rounds to a tenth of a pixel. */
function px(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A chart's numbers, for readers who prefer a table. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ChartParts {
  readonly title: string;
  readonly text: string;
  readonly frame: Frame;
  readonly drawing: readonly SVGElement[];
  readonly legend: string;
  readonly table: ChartTable;
}

/** A chart with its title, what it says in a sentence, and its numbers in a table. */
export function figure(parts: ChartParts): HTMLElement {
  const { title, text, frame, drawing, legend, table } = parts;
  const { width, height } = frame;
  const label = `${title}. ${text} The table below has the numbers.`;
  return html(
    "figure",
    {},
    html("figcaption", {}, html("strong", {}, title), text),
    svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...drawing),
    html("p", { class: "legend" }, legend),
    html(
      "details",
      {},
      html("summary", {}, "The numbers"),
      scrollable(`Numbers: ${title}`, plainTable(table)),
    ),
  );
}

/** Content that may be larger than its place: it scrolls, by keys, too. */
export function scrollable(name: string, content: HTMLElement): HTMLElement {
  return html("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": name }, content);
}

function plainTable({ columns, rows }: ChartTable): HTMLElement {
  return html(
    "table",
    {},
    html(
      "thead",
      {},
      html("tr", {}, ...columns.map((name) => html("th", { scope: "col", class: "number" }, name))),
    ),
    html(
      "tbody",
      {},
      ...rows.map((row) =>
        html("tr", {}, ...row.map((text) => html("td", { class: "number" }, text))),
      ),
    ),
  );
}
