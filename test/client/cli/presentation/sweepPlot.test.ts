import assert from "node:assert/strict";

import { sweepSvg } from "../../../../client/cli/presentation/sweepPlot.ts";
import { estimate, received } from "../../../support/receivedRun.ts";

describe("the picture of a sweep", () => {
  it("shows laws without a closed form as points without lines", async () => {
    const runs = [3, 5].flatMap((degreesOfFreedom) =>
      [2, 4].map((width) =>
        received(
          { lyapunovExponent: estimate(-1 / width, 0.01), exact: null },
          { network: { width, weights: "student_t", degreesOfFreedom } },
        ),
      ),
    );
    const svg = await sweepSvg("a title", runs);
    for (const nu of [3, 5]) assert.ok(svg.includes(`he, student_t(ν=${nu})`), String(nu));
    assert.equal(svg.match(/aria-roledescription="point"/g)?.length, 2 * runs.length);
    assert.doesNotMatch(svg, /NaN|undefined/);
  });

  it("shows every initialization as a series over the width", async () => {
    const runs = [2, 4, 8].flatMap((width) =>
      ["he", "lyapunov"].map((gain) =>
        received(
          {
            lyapunovExponent: estimate(gain === "he" ? -1 / width : 0, 0.01),
            exact: { lyapunovExponent: gain === "he" ? -1 / width : 0, variance: 1 },
          },
          { network: { width, gain } },
        ),
      ),
    );
    const svg = await sweepSvg("a title", runs);
    assert.match(svg, /^<svg /);
    for (const text of ["a title", "he, gaussian", "lyapunov, gaussian", "width d"]) {
      assert.ok(svg.includes(text), `${text} is missing`);
    }
    // Each point is drawn once in each of the two panels.
    assert.equal(svg.match(/aria-roledescription="point"/g)?.length, 2 * runs.length);
  });

  it("is a phase diagram where exactly two numbers vary", async () => {
    const runs = [2, 4].flatMap((width) =>
      [1, 1.5, 3].map((gain) =>
        received(
          {
            lyapunovExponent: estimate(Math.log(gain) - 1 / width, 0.01),
            exact: { criticalGain: Math.exp(1 / width) },
          },
          { network: { width, gain } },
        ),
      ),
    );
    const svg = await sweepSvg("a title", runs);
    for (const text of ["a title", "critical gain, exact", "width d", "gain", "λ̂ per layer"]) {
      assert.ok(svg.includes(text), `${text} is missing`);
    }
    assert.equal(svg.match(/aria-roledescription="rect mark"/g)?.length, runs.length);
    assert.doesNotMatch(svg, /NaN|undefined/);
  });
});
