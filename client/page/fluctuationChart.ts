import { count } from "../../shared/text/counts.ts";
import { significant } from "../../shared/text/numbers.ts";
import type { Fluctuations } from "../../shared/wire/pageJson.ts";
import { svg } from "./dom.ts";
import { axes, figure, frameOf, path } from "./frame.ts";
import { linearScale } from "./scale.ts";

/** How much of a distribution is shown to either side, in standard deviations. */
const REACH = 4.2;
const CURVE_STEPS = 120;

/** The central limit theorem: the growth over all layers, standardised, against the normal curve. */
export function fluctuationChart(fluctuations: Fluctuations, width: number): HTMLElement {
  const { depth, survivorCount, mean, standardDeviation, binWidth, bins } = fluctuations;
  const frame = frameOf(width);
  const stepWidth = binWidth / standardDeviation;
  const bars = bins
    .map((bin) => ({
      from: (bin.lower - mean) / standardDeviation,
      density: bin.count / survivorCount / stepWidth,
      count: bin.count,
    }))
    .filter(({ from }) => from > -REACH - stepWidth && from < REACH);
  const highest = Math.max(normalDensity(0), ...bars.map(({ density }) => density));
  const x = linearScale([-REACH, REACH], [frame.left, frame.right], 8);
  const y = linearScale([0, 1.06 * highest], [frame.bottom, frame.top], 4);
  const curve = Array.from({ length: CURVE_STEPS + 1 }, (_, i) => {
    const at = REACH * ((2 * i) / CURVE_STEPS - 1);
    return [x.place(at), y.place(normalDensity(at))] as const;
  });
  const rectangles = bars.map(({ from, density }) => {
    const left = x.place(Math.max(-REACH, from));
    const right = x.place(Math.min(REACH, from + stepWidth));
    return svg("rect", {
      class: "bar",
      x: left.toFixed(1),
      y: y.place(density).toFixed(1),
      width: Math.max(0, right - left - 1).toFixed(1),
      height: Math.max(0, frame.bottom - y.place(density)).toFixed(1),
    });
  });
  return figure({
    title: "Central limit theorem",
    text:
      `S(L) at depth L = ${count(depth)} has mean ${significant(mean, 4)} and standard deviation ` +
      `${significant(standardDeviation, 4)} over ${count(survivorCount)} replicas.`,
    frame,
    drawing: [
      ...axes(frame, x, y, { x: "(S(L) − mean) ÷ standard deviation", y: "density" }),
      ...rectangles,
      path("curve", curve),
    ],
    legend: "Bars: replicas. Line: the standard normal density.",
    table: {
      columns: ["from", "to", "replicas", "normal would be"],
      rows: bars.map(({ from, count: replicas }) => {
        const expected = normalDensity(from + stepWidth / 2) * stepWidth * survivorCount;
        return [
          significant(from, 3),
          significant(from + stepWidth, 3),
          count(replicas),
          count(Math.round(expected)),
        ];
      }),
    },
  });
}

function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}
