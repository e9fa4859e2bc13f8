import { scaleLinear, scaleLog } from "d3-scale";

import { given } from "../../../shared/text/numbers.ts";
import { Canvas } from "./canvas.ts";
import { atRight, wrapped } from "./wrap.ts";
import type { Axis, Mark, Panel, Point } from "../../../shared/charts/chart.ts";

const HEIGHT = 16;
const POINTS = ["●", "○", "◆", "◇", "▲", "△", "■", "□"] as const;
const LINE = "⠒";
const BAND = "░";
const BAR = "█";
/** Lower edge of a row, just within it. */
const LOWER_EDGE = 0.49;
/** Ticks to ask for; d3 gives about as many. */
const TICKS = 5;

type Scale = ReturnType<typeof scaleOf>;

/** Draws a panel with its axes and its legend, line by line. */
export function panelText(drawn: Panel, columns: number): string[] {
  const panel = { ...drawn, marks: readable(drawn.marks) };
  const y = scaleOf(panel.y, panel.marks.flatMap(heights)).nice(TICKS);
  const labels = labelsOf(y);
  const margin = Math.max(...labels.map(({ text }) => text.length));
  const canvas = new Canvas(columns - margin - 2, HEIGHT);
  const x = scaleOf(panel.x, panel.marks.flatMap(places)).range([1, canvas.width - 2]);
  // Bars stand on the lower edge of their row, everything else on its middle.
  const hasBars = panel.marks.some(({ kind }) => kind === "bars");
  y.range([HEIGHT - 1 + (hasBars ? LOWER_EDGE : 0), 0]);
  const glyphs = glyphsOf(panel.marks);
  for (const mark of panel.marks) draw(canvas, mark, x, y, glyphs.get(mark.series) ?? "");
  const left = canvas.lines().map((line, row) => {
    const label = labels.find(({ at }) => Math.round(y(at)) === row);
    return `${(label?.text ?? "").padStart(margin)} ${label ? "┤" : "│"}${line}`.trimEnd();
  });
  const indent = " ".repeat(margin + 1);
  return [
    ...wrapped(panel.y.title, columns),
    ...left,
    ...xAxis(x, panel.x, canvas.width).map((line) => indent + line),
    ...wrapped(panel.x.title, columns).map((line) => atRight(line, columns)),
    ...[...glyphs].flatMap(([series, glyph]) =>
      wrapped(`${glyph} ${series}`, canvas.width).map((line) => indent + line),
    ),
  ];
}

/** A scale from the least to the largest value, with room around them if they are equal. */
function scaleOf({ scale }: Axis, values: readonly number[]) {
  let [least, largest] = [Math.min(...values), Math.max(...values)];
  if (least === largest) {
    const room = Math.abs(least) / 10 || 1;
    [least, largest] = [least - room, largest + room];
  }
  return (scale === "log" ? scaleLog() : scaleLinear()).domain([least, largest]);
}

function labelsOf(scale: Scale): { readonly at: number; readonly text: string }[] {
  // It has no text for those ticks of a logarithmic axis that would be too close.
  const format = scale.tickFormat(TICKS);
  return scale
    .ticks(TICKS)
    .map((at) => ({ at, text: format(at) }))
    .filter(({ text }) => text !== "")
    .map(({ at, text }) => ({ at, text: text.includes("e") ? given(at) : text }));
}

function places(mark: Mark): number[] {
  if (mark.kind === "bars") return mark.bars.flatMap(({ from, to }) => [from, to]);
  return mark.points.map(({ x }) => x);
}

function heights(mark: Mark): number[] {
  switch (mark.kind) {
    case "bars":
      return [0, ...mark.bars.map(({ y }) => y)];
    case "line":
      return mark.points.map(({ y }) => y);
    case "band":
    case "points":
      return mark.points.flatMap(({ lower, upper }) => [lower, upper]);
  }
}

/** The sign of each series; a line through the points of its series has theirs. */
function glyphsOf(marks: readonly Mark[]): ReadonlyMap<string, string> {
  const glyphs = new Map<string, string>();
  let points = 0;
  for (const { kind, series } of marks) {
    if (kind === "points") glyphs.set(series, POINTS[points++ % POINTS.length] as string);
    else glyphs.set(series, { line: LINE, band: BAND, bars: BAR }[kind]);
  }
  return glyphs;
}

/**
 * The marks as characters can show them. Of several lines with bands around them there are neither
 * lines nor bands, which could not be told apart, but the lines' points.
 */
function readable(marks: readonly Mark[]): readonly Mark[] {
  const isAround = (series: string) =>
    marks.some((mark) => mark.kind === "band" && mark.series === series);
  const banded = marks.filter(({ kind, series }) => kind === "line" && isAround(series));
  if (banded.length < 2) return marks;
  return marks.flatMap((mark): Mark[] => {
    if (mark.kind === "band") return [];
    if (mark.kind !== "line" || !banded.includes(mark)) return [mark];
    const points = mark.points.map((point) => ({ ...point, lower: point.y, upper: point.y }));
    return [{ kind: "points", series: mark.series, points }];
  });
}

function draw(canvas: Canvas, mark: Mark, x: Scale, y: Scale, glyph: string): void {
  const row = (value: number) => Math.round(y(value));
  switch (mark.kind) {
    case "band":
      for (let column = 0; column < canvas.width; column++) {
        const at = x.invert(column);
        const upper = interpolated(
          mark.points.map((point) => ({ x: point.x, y: point.upper })),
          at,
        );
        const lower = interpolated(
          mark.points.map((point) => ({ x: point.x, y: point.lower })),
          at,
        );
        if (upper === undefined || lower === undefined) continue;
        for (let i = row(upper); i <= row(lower); i++) canvas.put(column, i, glyph);
      }
      break;
    case "bars":
      for (let column = 0; column < canvas.width; column++) {
        const at = x.invert(column);
        const bar = mark.bars.find(({ from, to }) => at >= from && at < to);
        if (bar !== undefined) canvas.bar(column, y(0) - y(bar.y));
      }
      break;
    case "line":
      drawLine(canvas, mark.points, x, y);
      break;
    case "points":
      for (const { x: at, lower, upper } of mark.points) {
        for (let i = row(upper); i <= row(lower); i++) canvas.put(Math.round(x(at)), i, "│");
      }
      for (const point of mark.points) canvas.put(Math.round(x(point.x)), row(point.y), glyph);
      break;
  }
}

/** Draws a line dot by dot from the left, without gaps where it is steep. */
function drawLine(canvas: Canvas, points: readonly Point[], x: Scale, y: Scale): void {
  let before: number | undefined;
  for (let column = 0; column < 2 * canvas.width; column++) {
    const height = interpolated(points, x.invert(column / 2 - 0.25));
    if (height === undefined) continue;
    const dot = Math.round(4 * y(height) + 1.5);
    const step = Math.sign(dot - (before ?? dot));
    for (let at = before ?? dot; at !== dot; at += step) canvas.dot(column, at);
    canvas.dot(column, dot);
    before = dot;
  }
}

/** The height between the two points around `at`; undefined beyond the ends. */
function interpolated(points: readonly Point[], at: number): number | undefined {
  const after = points.findIndex(({ x }) => x >= at * (1 - Math.sign(at) * 1e-9));
  const [a, b] = [points[Math.max(0, after - 1)], points[after]];
  if (a === undefined || b === undefined) return undefined;
  if (after === 0) return Math.abs(b.x - at) <= Math.abs(at) * 1e-6 ? b.y : undefined;
  return a.y + ((b.y - a.y) * (at - a.x)) / (b.x - a.x);
}

/** The axis with its ticks, and as many of their labels as there is room for. */
function xAxis(x: Scale, { ticks }: Axis, width: number): string[] {
  const axis = new Canvas(width + 1, 2);
  axis.put(0, 0, "└");
  for (let column = 1; column <= width; column++) axis.put(column, 0, "─");
  let free = 0;
  const labels = ticks?.map((at) => ({ at, text: given(at) })) ?? labelsOf(x);
  for (const { at, text } of labels) {
    const column = 1 + Math.round(x(at));
    const start = Math.min(
      Math.max(0, column - Math.floor(text.length / 2)),
      width + 1 - text.length,
    );
    if (start < free) continue;
    axis.put(column, 0, "┬");
    for (let i = 0; i < text.length; i++) axis.put(start + i, 1, text.charAt(i));
    free = start + text.length + 1;
  }
  return axis.lines().map((line) => line.trimEnd());
}
