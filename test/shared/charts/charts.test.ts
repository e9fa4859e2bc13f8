import assert from "node:assert/strict";

import type { Mark, Panel } from "../../../shared/charts/chart.ts";
import { convergenceChart } from "../../../shared/charts/convergence.ts";
import { depthChart } from "../../../shared/charts/depth.ts";
import { fluctuationsChart } from "../../../shared/charts/fluctuations.ts";
import { isMap, phaseDiagram } from "../../../shared/charts/phases.ts";
import { sweepEstimatesChart } from "../../../shared/charts/sweepEstimates.ts";
import type { PropagationInput } from "../../../shared/kinds/propagation/specification.ts";
import type { Run } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { estimate, received } from "../../support/receivedRun.ts";

const EXACT = { lyapunovExponent: -0.2, variance: 0.5, criticalGain: 1.6 };

function panelsOf(chart: { readonly kind: string; readonly panels?: readonly Panel[] }) {
  assert.ok(chart.panels);
  return chart.panels;
}

function markOf<Kind extends Mark["kind"]>(panel: Panel | undefined, kind: Kind) {
  const mark = panel?.marks.find((each) => each.kind === kind);
  assert.ok(mark, `there is no ${kind}`);
  return mark as Extract<Mark, { readonly kind: Kind }>;
}

describe("the picture of convergence", () => {
  it("has every prefix with its interval, in a funnel around the exact value", () => {
    const run = received({
      exact: EXACT,
      convergence: [
        { replicaCount: 100, lyapunovExponent: estimate(-0.25, 0.02) },
        { replicaCount: 400, lyapunovExponent: estimate(-0.19, 0.01) },
      ],
    });
    const [panel] = panelsOf(convergenceChart(run));
    assert.deepEqual(markOf(panel, "points").points, [
      { x: 100, y: -0.25, lower: -0.29, upper: -0.21 },
      { x: 400, y: -0.19, lower: -0.21, upper: -0.17 },
    ]);
    assert.deepEqual(markOf(panel, "line").points, [
      { x: 100, y: -0.2 },
      { x: 400, y: -0.2 },
    ]);
    // 1.96 standard errors of a mean over 400 networks of 100 layers.
    const last = markOf(panel, "band").points.at(-1);
    assert.ok(Math.abs(Number(last?.x) - 400) < 1e-9);
    const half = 1.959964 * Math.sqrt(0.5 / (100 * 400));
    assert.ok(Math.abs(Number(last?.upper) + 0.2 - half) < 1e-6);
    assert.ok(Math.abs(Number(last?.lower) + 0.2 + half) < 1e-6);
  });

  it("is of survivors where λ = −∞", () => {
    const extinct = { extinct: true, level: 0.95, method: "student_t" };
    const run = received(
      {
        lyapunovExponent: extinct,
        convergence: [
          {
            replicaCount: 100,
            lyapunovExponent: extinct,
            survivors: { lyapunovExponent: estimate(-1, 0.1), survivalRatio: 0.5 },
          },
        ],
      },
      { network: { negativeSlope: 0 } },
    );
    const chart = convergenceChart(run);
    assert.equal(markOf(panelsOf(chart)[0], "points").points[0]?.y, -1);
    assert.match(chart.subtitle, /survivors/);
  });

  it("is refused while no shard is there", () => {
    assert.throws(
      () => convergenceChart(received({})),
      /^NothingToDraw: runs\/abc: its first shard/,
    );
  });
});

describe("the picture of depths", () => {
  const checkpoints = [
    {
      depth: 10,
      survivorCount: 4,
      mean: -2.5,
      variance: 1,
      quantiles: [
        { probability: 0.025, value: -5 },
        { probability: 0.975, value: 1 },
      ],
    },
    { depth: 100, survivorCount: 1 },
  ];

  it("divides growth by layers and has Student's interval; what is not known is left out", () => {
    const [networks, means] = panelsOf(depthChart(received({ exact: EXACT, checkpoints })));
    assert.deepEqual(markOf(networks, "band").points, [{ x: 10, lower: -0.5, upper: 0.1 }]);
    const [point, ...others] = markOf(means, "points").points;
    assert.deepEqual([point?.x, point?.y, others], [10, -0.25, []]);
    // t of 3 degrees of freedom at 0.975 is 3.182446.
    assert.ok(Math.abs(Number(point?.upper) + 0.25 - (3.182446 * 0.5) / 10) < 1e-6);
    assert.deepEqual(markOf(means, "line").points, [{ x: 10, y: -0.2 }]);
  });

  it("leaves the burn-in out", () => {
    const run = received({ checkpoints }, { burnIn: 5, checkpointDepths: [10, 100] });
    assert.equal(markOf(panelsOf(depthChart(run))[1], "points").points[0]?.y, -0.5);
  });

  it("is refused without two survivors", () => {
    const run = received({ checkpoints: checkpoints.slice(1) });
    assert.throws(() => depthChart(run), /runs\/abc: no checkpoint has two surviving replicas/);
  });
});

describe("the picture of fluctuations", () => {
  const last = {
    depth: 100,
    survivorCount: 4,
    mean: -20,
    variance: 49,
    skewness: 0.25,
    excessKurtosis: 0,
    histogram: { binWidth: 2, binIndexes: [-11, -10], binCounts: [3, 1] },
  };

  it("has densities of area 1, and the normal curve by the exact values", () => {
    const chart = fluctuationsChart(received({ exact: EXACT, checkpoints: [last] }));
    const [panel] = panelsOf(chart);
    assert.deepEqual(markOf(panel, "bars").bars, [
      { from: -22, to: -20, y: 3 / 8 },
      { from: -20, to: -18, y: 1 / 8 },
    ]);
    const { points, series } = markOf(panel, "line");
    const top = points.reduce((a, b) => (a.y > b.y ? a : b));
    assert.ok(Math.abs(top.x + 20) < 1e-9);
    assert.ok(Math.abs(top.y - 1 / Math.sqrt(2 * Math.PI * 50)) < 1e-12);
    assert.match(series, /exact/);
    assert.match(chart.subtitle, /4 networks; skewness 0\.250/);
  });

  it("takes the estimated values where none are exact", () => {
    const [panel] = panelsOf(fluctuationsChart(received({ exact: null, checkpoints: [last] })));
    const { points, series } = markOf(panel, "line");
    const top = Math.max(...points.map(({ y }) => y));
    assert.ok(Math.abs(top - 1 / Math.sqrt(2 * Math.PI * 49)) < 1e-12);
    assert.match(series, /σ̂²/);
  });

  it("is refused where nothing fluctuates, and where nothing is known", () => {
    const constant = { ...last, variance: 0 };
    const run = received({ exact: null, checkpoints: [constant] });
    assert.throws(() => fluctuationsChart(run), /does not fluctuate/);
    assert.throws(() => fluctuationsChart(received({})), /fewer than two replicas have survived/);
  });
});

/** λ = ln(gain/2): the critical gain is 2. */
function runAt(network: PropagationInput["network"] & { readonly gain: number }, fields: Run = {}) {
  const { gain } = network;
  return received(
    {
      lyapunovExponent: estimate(Math.log(gain / 2), 0.01),
      ...fields,
    },
    { network },
  );
}

function sweepOf(runs: Sweep__Output["runs"], displayName = ""): Sweep__Output {
  return {
    name: "sweeps/abc",
    displayName,
    runs,
    state: "RUN_STATE_SUCCEEDED",
    createTime: null,
    endedRunCount: runs.length,
    runCount: runs.length,
  };
}

/** A sweep of two widths by three gains. */
function grid(fields: Run = {}): Sweep__Output {
  return sweepOf(
    [4, 16].flatMap((width) => [1, 2, 4].map((gain) => runAt({ width, gain }, fields))),
  );
}

describe("the phase diagram", () => {
  it("has a cell for every run, which meets its neighbours halfway", () => {
    const { cells, x, y } = phaseDiagram(grid());
    assert.equal(cells.length, 6);
    assert.deepEqual(
      cells.slice(0, 3).map(({ bottom, top, estimate: known }) => [bottom, top, known?.value]),
      [
        [0.5, 1.5, Math.log(0.5)],
        [1.5, 3, 0],
        [3, 5, Math.log(2)],
      ],
    );
    // By ratio: 8 is as far from 4 as from 16.
    const edges = cells.filter((_, i) => i % 3 === 0).flatMap(({ left, right }) => [left, right]);
    assert.deepEqual(
      edges.map((edge) => Number(edge.toFixed(9))),
      [2, 8, 8, 32],
    );
    assert.deepEqual([x.title, x.ticks, y.title], ["width d", [4, 16], "gain"]);
  });

  it("draws the exact critical gain, or else the one on which all runs of a column agree", () => {
    const exact = phaseDiagram(grid({ exact: EXACT })).critical;
    assert.deepEqual(exact?.points, [
      { x: 4, y: 1.6 },
      { x: 16, y: 1.6 },
    ]);
    const estimated = phaseDiagram(grid({ exact: null })).critical;
    assert.match(String(estimated?.series), /estimated/);
    for (const { y } of estimated?.points ?? []) assert.ok(Math.abs(y - 2) < 1e-12);
    assert.equal(estimated?.points.length, 2);
  });

  it("takes only a grid of two numbers", () => {
    const laws = sweepOf([
      ...grid().runs,
      ...[1, 2].map((gain) => runAt({ width: 4, gain, weights: "uniform" })),
    ]);
    const named = sweepOf(
      [4, 16].flatMap((width) =>
        ["he", "lyapunov"].map((gain) => received({}, { network: { width, gain } })),
      ),
    );
    assert.ok(isMap(grid()));
    for (const sweep of [laws, named, sweepOf(grid().runs.slice(0, 3))]) {
      assert.ok(!isMap(sweep));
      assert.throws(() => phaseDiagram(sweep), /sweeps\/abc: .*give --kind estimates/);
    }
  });

  it("is refused while there is no estimate", () => {
    assert.throws(
      () => phaseDiagram(grid({ lyapunovExponent: null })),
      /no run has an estimate yet/,
    );
  });
});

describe("the picture of a sweep's estimates", () => {
  it("has a series for everything that differs, except for the first number", () => {
    const runs = [1, 2].flatMap((gain) =>
      [16, 4].map((width) => runAt({ width, gain }, { exact: EXACT })),
    );
    const chart = sweepEstimatesChart(sweepOf(runs, "a name"));
    assert.equal(chart.title, "a name");
    const [panel] = panelsOf(chart);
    const points = panel?.marks.filter(({ kind }) => kind === "points");
    assert.deepEqual(
      points?.map(({ series }) => series),
      ["gain 1", "gain 2"],
    );
    assert.deepEqual(
      markOf(panel, "points").points.map(({ x, y }) => [x, y]),
      [
        [4, Math.log(0.5)],
        [16, Math.log(0.5)],
      ],
    );
    assert.deepEqual(
      markOf(panel, "line").points.map(({ x, y }) => [x, y]),
      [
        [4, -0.2],
        [16, -0.2],
      ],
    );
  });

  it("is refused while there is no estimate", () => {
    assert.throws(() => sweepEstimatesChart(sweepOf([received({})])), /no run has an estimate yet/);
  });
});
