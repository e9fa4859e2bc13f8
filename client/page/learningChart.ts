import { count } from "../../shared/text/counts.ts";
import { significant } from "../../shared/text/numbers.ts";
import type { LearningPoint } from "../../shared/wire/pageJson.ts";
import { html } from "./dom.ts";
import { axes, figure, frameOf, path } from "./frame.ts";
import { linearScale, logarithmicScale } from "./scale.ts";

/** A learning curve with its name. */
export interface NamedCurve {
  readonly name: string;
  readonly points: readonly LearningPoint[];
}

/** Bands reach no higher than this many times the highest line: networks that diverge are far above. */
const MOST_ABOVE_LINES = 10;

/** Colors and dashes that there are for curves; see style.css. */
const STYLES = 8;
const DIGITS = 3;
/** Losses nearer to one another than this have no two powers of 2 between them to mark. */
const LEAST_RATIO = 4;

/**
 * Draws test losses over the steps, both on logarithmic scales where they vary enough: the median over replicas, in the band
 * of the middle half.
 *
 * @param line the median that the lines show: of all replicas, or of the best 80 %
 * @param text what the picture says, in a sentence
 */
export function learningChart(
  curves: readonly NamedCurve[],
  line: "median" | "bestMedian",
  text: string,
  width: number,
): HTMLElement {
  // The start, at step 0, has no place on a logarithmic scale.
  const drawn = curves.map(({ name, points }) => ({
    name,
    points: points.filter(({ step, lower }) => step > 0 && lower > 0),
  }));
  const all = drawn.flatMap(({ points }) => points);
  const steps = all.map(({ step }) => step);
  const frame = frameOf(width);
  const [first, last] = steps.length === 0 ? [1, 2] : [Math.min(...steps), Math.max(...steps)];
  const [low, high] =
    all.length === 0
      ? [0.1, 1]
      : [
          Math.min(...all.map(({ lower }) => lower)),
          Math.min(
            Math.max(...all.map(({ upper }) => upper)),
            MOST_ABOVE_LINES * Math.max(...all.map((point) => point[line])),
          ),
        ];
  const x = logarithmicScale([first, last], [frame.left, frame.right], 10, width / 90);
  const y =
    high / low < LEAST_RATIO
      ? linearScale([low, high], [frame.bottom, frame.top], 5)
      : logarithmicScale([low, high], [frame.bottom, frame.top], high / low < 100 ? 2 : 10, 5);
  const at = (points: readonly LearningPoint[], read: (point: LearningPoint) => number) =>
    points.map((point) => [x.place(point.step), y.place(Math.min(high, read(point)))] as const);
  const bands = drawn.map(({ points }, i) =>
    path(
      `learning-band series-${i % STYLES}`,
      [...at(points, ({ lower }) => lower), ...at(points, ({ upper }) => upper).toReversed()],
      "Z",
    ),
  );
  const lines = drawn.map(({ points }, i) =>
    path(
      `learning-curve series-${i % STYLES}`,
      at(points, (point) => point[line]),
    ),
  );
  const chart = figure({
    title: "Learning curves",
    text,
    frame,
    drawing: [...axes(frame, x, y, { x: "steps", y: "test loss" }, count), ...bands, ...lines],
    legend:
      `Lines: median${line === "median" ? "" : " of the best 80 %"}. Bands: middle half of all, up to ` +
      `${MOST_ABOVE_LINES} times the highest line.`,
    table: {
      columns: [
        "curve",
        "steps",
        "lower quartile",
        "median of the best 80 %",
        "median",
        "upper quartile",
      ],
      rows: curves.flatMap(({ name, points }) =>
        points.map(({ step, lower, bestMedian, median, upper }) => [
          name,
          count(step),
          ...[lower, bestMedian, median, upper].map((value) => significant(value, DIGITS)),
        ]),
      ),
    },
  });
  if (curves.length > 1) chart.querySelector(".legend")?.after(key(curves));
  return chart;
}

/** Which line is whose. */
function key(curves: readonly NamedCurve[]): HTMLElement {
  return html(
    "ul",
    { class: "key" },
    ...curves.map(({ name }, i) =>
      html("li", {}, html("span", { class: `sample series-${i % STYLES}` }), name),
    ),
  );
}
