import assert from "node:assert/strict";

import { Canvas } from "../../../../client/cli/presentation/canvas.ts";
import type { Diagram, PhaseDiagram } from "../../../../shared/charts/chart.ts";
import { widthOf } from "../../../../client/cli/presentation/wrap.ts";
import { terminalText } from "../../../../client/cli/presentation/chartText.ts";

const DIAGRAM: Diagram = {
  kind: "diagram",
  title: "a title",
  subtitle: "a subtitle",
  name: "runs/abc",
  panels: [
    {
      x: { title: "replicas", scale: "log" },
      y: { title: "λ per layer", scale: "linear" },
      marks: [
        {
          kind: "band",
          series: "theory",
          points: [
            { x: 1, lower: -1, upper: 1 },
            { x: 100, lower: -0.2, upper: 0.2 },
          ],
        },
        {
          kind: "line",
          series: "exact",
          points: [
            { x: 1, y: 0 },
            { x: 100, y: 0 },
          ],
        },
        {
          kind: "points",
          series: "λ̂",
          points: [
            { x: 10, y: 0.5, lower: 0.2, upper: 0.8 },
            { x: 100, y: -0.5, lower: -0.6, upper: -0.4 },
          ],
        },
      ],
    },
  ],
};

const BARS: Diagram = {
  ...DIAGRAM,
  panels: [
    {
      x: { title: "growth", scale: "linear", ticks: [0, 2, 4] },
      y: { title: "density", scale: "linear" },
      marks: [
        {
          kind: "bars",
          series: "networks",
          bars: [
            { from: 0, to: 1, y: 1 },
            { from: 1, to: 3, y: 4 },
            { from: 3, to: 4, y: 2 },
          ],
        },
      ],
    },
  ],
};

const EXPECTED_DIAGRAM = `a title
a subtitle
runs/abc

λ per layer
 1.0 ┤ ░░░░░░░░░░░░░░░░░
     │ ░░░░░░░░░░░░░░░░░░│░░░░░░
     │ ░░░░░░░░░░░░░░░░░░│░░░░░░░░░░
     │ ░░░░░░░░░░░░░░░░░░│░░░░░░░░░░░░
 0.5 ┤ ░░░░░░░░░░░░░░░░░░●░░░░░░░░░░░░░░
     │ ░░░░░░░░░░░░░░░░░░│░░░░░░░░░░░░░░░░
     │ ░░░░░░░░░░░░░░░░░░│░░░░░░░░░░░░░░░░░
     │ ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
 0.0 ┤ ⠈⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠁
     │ ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
     │ ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
−0.5 ┤ ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  ●
     │ ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░    │
     │ ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
     │ ░░░░░░░░░░░░░░░░░░░░░░░░░
−1.0 ┤ ░░░░░░░░░░░░░░░░░
     └─┬────┬────────────┬────┬───────────┬─
       1    2           10   20          100
                                    replicas
     ░ theory
     ⠒ exact
     ● λ̂
`;

const EXPECTED_BARS = `density
4 ┤           ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
  │           ███████████████████
  │           ███████████████████
  │           ███████████████████
3 ┤           ███████████████████
  │           ███████████████████
  │           ███████████████████
  │           ███████████████████
2 ┤           ███████████████████▆▆▆▆▆▆▆▆▆
  │           ████████████████████████████
  │           ████████████████████████████
  │           ████████████████████████████
1 ┤ ▇▇▇▇▇▇▇▇▇▇████████████████████████████
  │ ██████████████████████████████████████
  │ ██████████████████████████████████████
0 ┤ ██████████████████████████████████████
  └─┬──────────────────┬──────────────────┬─
    0                  2                  4
                                      growth
  █ networks`;

/** The area of a chart in characters, which have none. */
const NO_AREA = { left: 0, right: 0, bottom: 0, top: 0 };

function phases(values: readonly (number | undefined)[][]): PhaseDiagram {
  return {
    kind: "phases",
    title: "a title",
    subtitle: "a subtitle",
    name: "sweeps/abc",
    x: { title: "width d", scale: "log" },
    y: { title: "gain", scale: "linear" },
    value: "λ̂",
    cells: values.flatMap((column, i) =>
      column.map((value, j) => ({
        x: 2 ** i,
        y: 1 + j,
        ...NO_AREA,
        estimate:
          value === undefined ? undefined : { value, lower: value - 0.1, upper: value + 0.1 },
      })),
    ),
    critical: {
      series: "critical",
      points: values.map((_, i) => ({ x: 2 ** i, y: 1.5 })),
    },
  };
}

/** The lines of a picture without its titles. */
function body(text: string): string[] {
  return text.trimEnd().split("\n").slice(4);
}

describe("a picture in characters", () => {
  it("draws a band, a line and points with intervals, with axes and a legend", () => {
    assert.equal(terminalText(DIAGRAM, 44), EXPECTED_DIAGRAM);
  });

  it("draws bars on the axis, as high as their values", () => {
    assert.equal(body(terminalText(BARS, 44)).join("\n"), EXPECTED_BARS);
  });

  it("is as wide as it may be, and no wider", () => {
    for (const columns of [40, 80, 133]) {
      const widths = body(terminalText(DIAGRAM, columns)).map(({ length }) => length);
      assert.equal(Math.max(...widths), columns);
    }
  });

  it("is drawn where all values are one", () => {
    const point = { x: 7, y: 0, lower: 0, upper: 0 };
    const panel = {
      x: { title: "replicas", scale: "log" },
      y: { title: "λ", scale: "linear" },
      marks: [{ kind: "points", series: "λ̂", points: [point] }],
    } as const;
    const text = terminalText({ ...DIAGRAM, panels: [panel] }, 60);
    assert.equal(text.match(/●/g)?.length, 2);
    assert.doesNotMatch(text, /NaN|undefined/);
  });

  it("shows phases as numbers where there is room, the largest y above", () => {
    const columns = [
      [-1, 0.05],
      [-0.5, undefined],
    ];
    assert.deepEqual(body(terminalText(phases(columns), 60)), [
      "    gain",
      "       2   0.0500        –",
      "       1  −1.0000  −0.5000",
      "critical   1.5000   1.5000",
      "                1        2",
      "                   width d",
    ]);
  });

  it("shows the signs of phases where there is not, and which are undecided", () => {
    const columns = Array.from({ length: 12 }, (_, i) => [-1, i / 10 - 0.5]);
    assert.deepEqual(body(terminalText(phases(columns), 44)), [
      "gain",
      "   2  −  −  −  −  0  0  0  +  +  +  +  +",
      "   1  −  −  −  −  −  −  −  −  −  −  −  −",
      "      1  2  4  8 16 32 64   256  1024",
      "                                 width d",
    ]);
  });

  it("shows phases in blocks below one another where there are more of them than columns", () => {
    const columns = Array.from({ length: 50 }, () => [-1, 0.5]);
    const lines = body(terminalText(phases(columns), 40));
    assert.equal(lines.filter((line) => line.startsWith("gain")).length, 2);
    assert.equal(lines.join("").match(/−/g)?.length, 50);
    assert.equal(lines.join("").match(/\+/g)?.length, 50);
    for (const line of lines) assert.ok(widthOf(line) <= 40, line);
  });

  it("has titles and legends of any length on lines that fit", () => {
    const words =
      "gaussian 16×200, α 0.01, gain lyapunov, negative slope of survivors where networks die";
    const [panel] = DIAGRAM.panels;
    assert.ok(panel !== undefined);
    const marks = panel.marks.map((mark) => ({ ...mark, series: `${words} ${mark.series}` }));
    const axis = { title: words, scale: "linear" } as const;
    const chart = { ...DIAGRAM, title: words, panels: [{ x: axis, y: axis, marks }] };
    for (const columns of [40, 60, 80, 120, 200]) {
      const text = terminalText(chart, columns);
      for (const line of text.split("\n")) assert.ok(widthOf(line) <= columns, line);
      assert.equal(text.replaceAll(/\s+/g, " ").split("lyapunov").length, 7);
    }
  });
});

describe("Canvas", () => {
  it("adds the dots of a character up", () => {
    const canvas = new Canvas(2, 1);
    for (const [x, y] of [
      [0, 0],
      [1, 3],
      [3, 1],
    ] as const) {
      canvas.dot(x, y);
    }
    assert.deepEqual(canvas.lines(), ["⢁⠐"]);
  });

  it("draws nothing off its edges", () => {
    const canvas = new Canvas(2, 2);
    canvas.put(2, 0, "x");
    canvas.put(-1, 0, "x");
    canvas.put(0, 2, "x");
    canvas.dot(-1, 0);
    canvas.dot(0, 99);
    canvas.bar(5, 1);
    assert.deepEqual(canvas.lines(), ["  ", "  "]);
  });

  it("draws bars to an eighth of a row", () => {
    const canvas = new Canvas(3, 2);
    canvas.bar(0, 0);
    canvas.bar(1, 0.5);
    canvas.bar(2, 1.125);
    assert.deepEqual(canvas.lines(), ["  ▁", " ▄█"]);
  });
});
