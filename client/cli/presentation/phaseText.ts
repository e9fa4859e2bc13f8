import { ABSENT, fixed, given } from "../../../shared/text/numbers.ts";
import { atRight, widthOf } from "./wrap.ts";
import type { Phase, PhaseDiagram } from "../../../shared/charts/chart.ts";

const DIGITS = 4;
/** Width of a number such as `−12.3456`, with a space before it. */
const NUMBER_WIDTH = 9;
const SIGN_WIDTH = 4;

/**
 * Draws λ̂ in rows and columns, or its signs where there is no room for numbers; below one another
 * where there is not even room for these.
 */
export function phaseText(diagram: PhaseDiagram, columns: number): string[] {
  const { cells, critical, y } = diagram;
  const xs = ascending(cells.map((cell) => cell.x));
  const heads = [y.title, ...cells.map((cell) => given(cell.y))];
  const numbersFrom = marginOf([...heads, critical?.series ?? ""]);
  if (Math.floor((columns - numbersFrom) / xs.length) >= NUMBER_WIDTH) {
    return blockText(diagram, xs, { margin: numbersFrom, width: NUMBER_WIDTH, hasNumbers: true });
  }
  const margin = marginOf(heads);
  const room = Math.floor((columns - margin) / xs.length);
  const width = Math.max(1, Math.min(room, SIGN_WIDTH));
  const most = Math.floor((columns - margin) / width);
  const blocks = Array.from({ length: Math.ceil(xs.length / most) }, (_, i) =>
    blockText(diagram, xs.slice(i * most, (i + 1) * most), { margin, width, hasNumbers: false }),
  );
  return blocks.flatMap((lines, i) => (i === 0 ? lines : ["", ...lines]));
}

interface Grid {
  /** Columns before the cells. */
  readonly margin: number;
  /** Columns of a cell. */
  readonly width: number;
  readonly hasNumbers: boolean;
}

/** Draws the cells of some of the columns. */
function blockText(
  { cells, critical, x, y }: PhaseDiagram,
  xs: readonly number[],
  { margin, width, hasNumbers }: Grid,
): string[] {
  const ys = ascending(cells.map((cell) => cell.y)).toReversed();
  const line = (head: string, texts: readonly string[]) =>
    (atRight(head, margin) + texts.map((text) => atRight(text, width)).join("")).trimEnd();
  const cellText = hasNumbers ? number : sign;
  const end = margin + Math.max(xs.length * width, widthOf(x.title));
  return [
    atRight(y.title, margin),
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
    atRight(x.title, end),
  ];
}

function marginOf(texts: readonly string[]): number {
  return Math.max(...texts.map(widthOf));
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
