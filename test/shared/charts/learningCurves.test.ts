import assert from "node:assert/strict";

import { terminalText } from "../../../client/cli/presentation/chartText.ts";
import { renderSvg } from "../../../client/cli/presentation/svg.ts";
import { learningCurveChart, learningCurvesChart } from "../../../shared/charts/learningCurves.ts";
import { NothingToDraw } from "../../../shared/charts/nothingToDraw.ts";
import { vegaLite } from "../../../shared/charts/vegaLite.ts";
import { studyReport } from "../../../shared/studies/studyReport.ts";
import { armWith, curvePoint } from "../../support/studyArms.ts";

const STUDY = { name: "sweeps/1", displayName: "a study" };
const CURVE = [curvePoint(0, 8), curvePoint(1, 4), curvePoint(10, 1), curvePoint(100, 0.5)];

describe("learning curves", () => {
  const arms = [
    armWith("he_normal", 0.5, 0.5, { curve: CURVE }),
    armWith("lyapunov_normal", 0.25, 0.25, { curve: CURVE.slice(0, 3) }),
  ];
  const chart = learningCurvesChart(STUDY, studyReport(arms, undefined));

  it("are the medians over the logarithm of the step, within the middle halves", () => {
    assert.equal(chart.kind, "diagram");
    if (chart.kind !== "diagram") return;
    assert.deepEqual(
      chart.panels.map(({ y, x }) => [y.title, y.scale, x.scale]),
      [
        ["test loss, best 80 %", "log", "log"],
        ["training loss", "log", "log"],
      ],
    );
    const [band, , line] = chart.panels[0]?.marks ?? [];
    assert.deepEqual(band, {
      kind: "band",
      series: "he_normal",
      points: [
        { x: 1, lower: 2, upper: 8 },
        { x: 10, lower: 0.5, upper: 2 },
        { x: 100, lower: 0.25, upper: 1 },
      ],
    });
    assert.deepEqual(line, {
      kind: "line",
      series: "he_normal",
      points: [
        { x: 1, y: 4 },
        { x: 10, y: 1 },
        { x: 100, y: 0.5 },
      ],
    });
  });

  it("leave out of the bands what is far above all lines", () => {
    const point = {
      ...curvePoint(10, 1),
      trainingLossQuantiles: new Map([
        [0.25, 1],
        [0.75, 1e30],
      ]),
    };
    const cut = learningCurveChart(armWith("he_normal", 1, 1, { curve: [point] }));
    const bands = cut.kind === "diagram" ? (cut.panels[1]?.marks ?? []) : [];
    assert.deepEqual(bands[1], {
      kind: "band",
      series: "middle half",
      points: [{ x: 10, lower: 1, upper: 10 }],
    });
    assert.match(cut.subtitle, /bands up to 10 times the highest median$/);
  });

  it("are told apart in SVG and on a terminal", async () => {
    const svg = await renderSvg(vegaLite(chart));
    for (const name of ["he_normal", "lyapunov_normal", "test loss", "training loss"]) {
      assert.ok(svg.includes(name), name);
    }
    const text = terminalText(chart, 80);
    assert.match(text, /● he_normal/);
    assert.match(text, /○ lyapunov_normal/);
    assert.doesNotMatch(text, /░/);
    for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  });

  it("are drawn of one training with two bands", () => {
    const single = learningCurveChart(armWith("he_normal", 0.5, 0.5, { curve: CURVE }));
    const text = terminalText(single, 80);
    assert.match(text, /Learning iris: he_normal/);
    assert.match(text, /░ middle half/);
    assert.match(text, /⠒ median/);
  });

  it("are not drawn before there are any", () => {
    const none = [armWith("he_normal", 0.5, 0.5, { isComplete: false })];
    assert.throws(() => learningCurvesChart(STUDY, studyReport(none, undefined)), NothingToDraw);
    assert.throws(() => learningCurveChart(armWith("he_normal", 1, 1)), NothingToDraw);
  });
});
