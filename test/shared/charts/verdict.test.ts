import assert from "node:assert/strict";

import { depthOfFactor1000, verdict } from "../../../shared/charts/verdict.ts";
import { estimate, received } from "../../support/receivedRun.ts";

describe("verdicts", () => {
  const cases: readonly [string, number, number, string, number | undefined][] = [
    // what, λ̂, standard error, verdict, depth of a factor 1000 (ln 1000 = 6.9078)
    [
      "clearly below zero",
      -0.2,
      0.001,
      "Vanishes: typically shrinks 4.9·10^8-fold over 100 layers.",
      35,
    ],
    [
      "clearly above zero",
      0.1,
      0.001,
      "Explodes: typically grows 2.2·10^4-fold over 100 layers.",
      70,
    ],
    [
      "below zero by little",
      -0.001,
      0.0001,
      "Drifts: typically shrinks 1.11-fold over 100 layers.",
      6908,
    ],
    [
      "just past a factor of two",
      0.00694,
      0.0001,
      "Explodes: typically grows 2.00-fold over 100 layers.",
      996,
    ],
    [
      "four errors from zero",
      -0.004,
      0.001,
      "Holds: typically neither shrinks nor grows more than 1.49-fold over 100 layers.",
      undefined,
    ],
    [
      "within an error too large to say",
      0.02,
      0.01,
      "Undecided: typically shrinks or grows up to 54.6-fold over 100 layers: give more replicas.",
      undefined,
    ],
    [
      "beyond four errors",
      -0.0041,
      0.001,
      "Drifts: typically shrinks 1.5-fold over 100 layers.",
      1685,
    ],
    [
      "zero but for rounding, without error",
      1e-9,
      0,
      "Holds: typically neither shrinks nor grows more than 1.00-fold over 100 layers.",
      undefined,
    ],
    [
      "overflowing any double",
      -50,
      1,
      "Vanishes: typically shrinks 10^2170-fold over 100 layers.",
      1,
    ],
  ];
  for (const [what, value, error, sentence, depth] of cases) {
    it(`say what λ̂ means: ${what}`, () => {
      const run = received({ lyapunovExponent: estimate(value, error) });
      assert.equal(verdict(run), sentence);
      assert.equal(depthOfFactor1000(run), depth);
    });
  }

  it("speak of the survivors where replicas die", () => {
    const run = received({
      replicaCount: 1000,
      extinctCount: 900,
      lyapunovExponent: { extinct: true, level: 0.95 },
      survivors: { lyapunovExponent: estimate(-0.2, 0.001) },
    });
    assert.equal(
      verdict(run),
      "Dies: λ = −∞, 900 of 1000 extinct; a survivor typically shrinks 4.9·10^8-fold over 100 layers.",
    );
    assert.equal(depthOfFactor1000(run), 35);
  });

  it("say so where all replicas died", () => {
    const run = received({
      replicaCount: 64,
      extinctCount: 64,
      lyapunovExponent: { extinct: true, level: 0.95 },
      survivors: { survivalRatio: 0 },
    });
    assert.equal(verdict(run), "Dies: λ = −∞, 64 of 64 extinct.");
  });

  it("say nothing where nothing is known", () => {
    const run = received({ lyapunovExponent: { level: 0.95 } });
    assert.equal(verdict(run), "Unknown: too few replicas.");
    assert.equal(depthOfFactor1000(run), undefined);
  });
});
