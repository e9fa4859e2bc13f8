import { count } from "../../shared/text/counts.ts";
import { percent, rounded } from "../../shared/text/numbers.ts";
import { axes, figure, frameOf, line, path } from "./frame.ts";
import { linearScale, logarithmicScale, type Scale } from "./scale.ts";

/** An estimate with its interval, as it was at a number of replicas. */
export interface ConvergencePoint {
  readonly replicaCount: number;
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

export interface ConvergenceOptions {
  /** What is estimated, such as λ. */
  readonly symbol: string;
  readonly points: readonly ConvergencePoint[];
  readonly exact: number | null;
  /** Coverage of the interval, such as 0.95. */
  readonly level: number;
  readonly width: number;
}

/** Reach beyond the last interval, in its own widths: wider, earlier intervals are cut off there. */
const CLIP_WIDTHS = 14;

/** Draws how an estimate and its interval close in on the exact value as replicas come in. */
export function convergenceChart(options: ConvergenceOptions): HTMLElement {
  const { symbol, points, exact, level, width } = options;
  const frame = frameOf(width);
  const [first, last] = [points[0], points.at(-1)];
  const [low, high] = rangeOf(points, exact);
  const counts = [first?.replicaCount ?? 1, last?.replicaCount ?? 2] as const;
  const x = logarithmicScale(counts, [frame.left, frame.right], 2, width / 90);
  const y = linearScale([low, high], [frame.bottom, frame.top], 5);
  const place = (value: number) => y.place(Math.min(high, Math.max(low, value)));
  const at = (read: (point: ConvergencePoint) => number) =>
    points.map((point) => [x.place(point.replicaCount), place(read(point))] as const);
  const band = [...at(({ upper }) => upper), ...at(({ lower }) => lower).toReversed()];
  const error = last === undefined ? undefined : (last.upper - last.lower) / 4;
  const size = Math.max(...points.map((point) => Math.abs(point.estimate)));
  const text = (value: number) => rounded(value, error, size);
  const end = last && ([x.place(last.replicaCount), place(last.estimate)] as const);
  const drawing = [
    ...axes(frame, x, y, { x: "replicas", y: `${symbol}̂` }, count),
    path("band", band, "Z"),
    ...(points.length === 1 && last !== undefined ? [whisker(x, last, place)] : []),
    path(
      "estimate",
      at(({ estimate }) => estimate),
    ),
    ...(end === undefined ? [] : [circle(end)]),
    ...(exact === null
      ? []
      : [line("exact", frame.left, y.place(exact), frame.right, y.place(exact))]),
  ];
  const share = percent(level);
  return figure({
    title: `${symbol}̂ converges`,
    text:
      last === undefined
        ? "No estimates yet."
        : `${text(last.lower)} to ${text(last.upper)} after ${count(last.replicaCount)} replicas` +
          (exact === null ? "." : `; exactly ${text(exact)}.`),
    frame,
    drawing,
    legend: `Line: estimate. Band: ${share} interval.${exact === null ? "" : " Dashes: exact value."}`,
    table: {
      columns: ["replicas", "estimate", "lower", "upper"],
      rows: points.map((point) => [
        count(point.replicaCount),
        text(point.estimate),
        text(point.lower),
        text(point.upper),
      ]),
    },
  });
}

/** The interval of a single point, which has no band. */
function whisker(
  x: Scale,
  { replicaCount, lower, upper }: ConvergencePoint,
  place: (value: number) => number,
): SVGElement {
  const at = x.place(replicaCount);
  return line("whisker", at, place(lower), at, place(upper));
}

function circle([cx, cy]: readonly [number, number]): SVGElement {
  const point = path("point", []);
  point.setAttribute("d", `M${cx - 4} ${cy}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0`);
  return point;
}

/** The values to show: all intervals and the exact value, cut off far from the last interval. */
function rangeOf(points: readonly ConvergencePoint[], exact: number | null): [number, number] {
  const last = points.at(-1);
  if (last === undefined) return [(exact ?? 0) - 1, (exact ?? 0) + 1];
  const reach = CLIP_WIDTHS * (last.upper - last.lower) || Math.abs(last.estimate) || 1;
  const known = exact === null ? [] : [exact];
  const low = Math.min(...points.map(({ lower }) => lower), ...known);
  const high = Math.max(...points.map(({ upper }) => upper), ...known);
  const [least, most] = [Math.min(last.lower, ...known), Math.max(last.upper, ...known)];
  const [from, to] = [Math.max(low, least - reach), Math.min(high, most + reach)];
  const margin = 0.06 * (to - from);
  return [from - margin, to + margin];
}
