import { count } from "../../shared/text/counts.ts";
import { rounded } from "../../shared/text/numbers.ts";
import type { DepthPoint } from "../../shared/wire/pageJson.ts";
import { axes, figure, frameOf, line, path } from "./frame.ts";
import { linearScale, logarithmicScale } from "./scale.ts";

/** The law of large numbers: the growth a layer settles at λ with depth. */
export function depthChart(
  points: readonly DepthPoint[],
  exact: number | null,
  width: number,
): HTMLElement {
  const frame = frameOf(width);
  const known = exact === null ? [] : [exact];
  const values = [...points.flatMap(({ lower, upper }) => [lower, upper]), ...known];
  const [low, high] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const margin = 0.08 * (high - low);
  const depths = [points[0]?.depth ?? 1, points.at(-1)?.depth ?? 2] as const;
  const x = logarithmicScale(depths, [frame.left + 8, frame.right - 8], 2, width / 60);
  const y = linearScale([low - margin, high + margin], [frame.bottom, frame.top], 5);
  const whiskers = points.flatMap(({ depth, estimate, lower, upper }) => {
    const at = x.place(depth);
    const cap = (value: number) => line("whisker", at - 4, y.place(value), at + 4, y.place(value));
    const dot = path("point", []);
    dot.setAttribute("d", `M${at - 3} ${y.place(estimate)}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0`);
    return [line("whisker", at, y.place(lower), at, y.place(upper)), cap(lower), cap(upper), dot];
  });
  const error = Math.min(...points.map((point) => (point.upper - point.lower) / 4));
  const size = Math.max(...points.map((point) => Math.abs(point.estimate)));
  const text = (value: number) => rounded(value, error, size);
  const last = points.at(-1);
  return figure({
    title: "Law of large numbers",
    text:
      last === undefined
        ? "No estimates yet."
        : `The mean growth per layer is ${text(last.estimate)} at depth ${last.depth}` +
          (exact === null ? "." : `; λ is ${text(exact)}.`),
    frame,
    drawing: [
      ...axes(frame, x, y, { x: "depth", y: "S(L) ÷ L" }, count),
      ...(exact === null
        ? []
        : [line("exact", frame.left, y.place(exact), frame.right, y.place(exact))]),
      ...whiskers,
    ],
    legend: `Points: mean over replicas, with intervals.${exact === null ? "" : " Dashes: exact λ."}`,
    table: {
      columns: ["depth", "S(L) ÷ L", "lower", "upper"],
      rows: points.map((point) => [
        count(point.depth),
        text(point.estimate),
        text(point.lower),
        text(point.upper),
      ]),
    },
  });
}
