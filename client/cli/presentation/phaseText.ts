import { ABSENT, fixed, given } from "../../../shared/text/numbers.ts";
import type { Phase, PhaseDiagram } from "../../../shared/charts/chart.ts";

const DIGITS = 4;
/** Width of a number such as `−12.3456`, with a space before it. */
const NUMBER_WIDTH = 9;
const SIGN_WIDTH = 4;

/** Draws λ̂ in rows and columns, or its signs where there is no room for numbers. */
export function phaseText({ cells, critical, x, y }: PhaseDiagram, columns: number): string[] {
  const xs = ascending(cells.map((cell) => cell.x));
  const ys = ascending(cells.map((cell) => cell.y)).toReversed();
  const margin = Math.max(...[y.title, critical?.series ?? "", ...ys.map(given)].map(length));
  const room = Math.floor((columns - margin) / xs.length);
  const hasNumbers = room >= NUMBER_WIDTH;
  const width = hasNumbers ? NUMBER_WIDTH : Math.max(1, Math.min(room, SIGN_WIDTH));
  const line = (head: string, texts: readonly string[]) =>
    (head.padStart(margin) + texts.map((text) => text.padStart(width)).join("")).trimEnd();
  const cellText = hasNumbers ? number : sign;
  return [
    y.title.padStart(margin),
    ...ys.map((height) => {
      const row = xs.map((at) => cells.find((cell) => cell.x === at && cell.y === height));
      return line(given(height), row.map(cellText));
    }),
    ...(critical !== undefined && hasNumbers
      ? [
          line(
            critical.series,
            xs.map((at) => fixed(heightAt(critical.points, at), DIGITS)),
          ),
        ]
      : []),
    " ".repeat(margin) + columnHeads(xs.map(given), width),
    " ".repeat(margin) + x.title.padStart(xs.length * width),
  ];
}

/** Heads under the right ends of the columns, as many as there is room for. */
function columnHeads(heads: readonly string[], width: number): string {
  let line = "";
  for (const [i, head] of heads.entries()) {
    const end = (i + 1) * width;
    if (line === "" ? head.length <= end : line.length + 1 + head.length <= end) {
      line += head.padStart(end - line.length);
    }
  }
  return line;
}

function heightAt(points: readonly { readonly x: number; readonly y: number }[], at: number) {
  return points.find((point) => point.x === at)?.y;
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].toSorted((a, b) => a - b);
}

function length(text: string): number {
  return text.length;
}

function number(cell: Phase | undefined): string {
  return cell === undefined ? "" : fixed(cell.estimate?.value, DIGITS);
}

/** The sign of λ̂; `0` where its interval has both. */
function sign(cell: Phase | undefined): string {
  if (cell === undefined) return "";
  if (cell.estimate === undefined) return ABSENT;
  if (cell.estimate.upper < 0) return "−";
  return cell.estimate.lower > 0 ? "+" : "0";
}
