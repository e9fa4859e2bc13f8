import assert from "node:assert/strict";

import { depthOfFactor1000, spreadOf, verdict } from "../../../shared/charts/verdict.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { estimate, received } from "../../support/receivedRun.ts";

/** A run of depth 100 of which only λ̂ is known. */
function withExponent(value: number, error: number): Run__Output {
  return received({ lyapunovExponent: estimate(value, error) });
}

/** A run of depth 200 with λ̂ and σ̂² from a number of replicas. */
function withSpread(exponent: number, variance: number, replicaCount: number): Run__Output {
  const error = Math.sqrt(variance / 200 / replicaCount);
  return received(
    {
      lyapunovExponent: estimate(exponent, error),
      variance: estimate(variance, variance * Math.sqrt(2 / replicaCount)),
      replicaCount,
    },
    { network: { depth: 200 } },
  );
}

/** A verdict without the typical network's factor, of which more replicas know more digits. */
function withoutFactor(text: string): string {
  return text.replace(/[\d.·^]+-fold/, "…-fold");
}

describe("verdicts", () => {
  const cases: readonly [string, number, number, string, number | undefined][] = [
    // what, λ̂, standard error, verdict, depth of a factor 1000 (ln 1000 = 6.9078)
    [
      "clearly below zero",
      -0.2,
      0.001,
      "Vanishes: the typical network shrinks 4.9·10^8-fold over 100 layers.",
      35,
    ],
    [
      "clearly above zero",
      0.1,
      0.001,
      "Explodes: the typical network grows 2.2·10^4-fold over 100 layers.",
      70,
    ],
    [
      "below zero by little",
      -0.001,
      0.0001,
      "Drifts: the typical network shrinks 1.11-fold over 100 layers.",
      6908,
    ],
    [
      "just past a factor of two",
      0.00694,
      0.0001,
      "Explodes: the typical network grows 2.00-fold over 100 layers.",
      996,
    ],
    [
      "four errors from zero",
      -0.004,
      0.001,
      "Holds: the typical network keeps its norm over 100 layers.",
      undefined,
    ],
    [
      "within an error too large to say",
      0.02,
      0.01,
      "Undecided: the typical network shrinks or grows up to 54.6-fold over 100 layers: give more replicas.",
      undefined,
    ],
    [
      "beyond four errors",
      -0.0041,
      0.001,
      "Drifts: the typical network shrinks 1.5-fold over 100 layers.",
      1685,
    ],
    [
      "zero but for rounding, without error",
      1e-9,
      0,
      "Holds: the typical network keeps its norm over 100 layers.",
      undefined,
    ],
    [
      "overflowing any double",
      -50,
      1,
      "Vanishes: the typical network shrinks 10^2170-fold over 100 layers.",
      1,
    ],
  ];
  for (const [what, value, error, sentence, depth] of cases) {
    it(`say what λ̂ means: ${what}`, () => {
      const run = withExponent(value, error);
      assert.equal(verdict(run), sentence);
      assert.equal(depthOfFactor1000(run), depth);
    });
  }

  // σ² as theory has it; the quartiles of a normal law are 0.6745 deviations from its middle.
  const spreads: readonly [string, number, number, string][] = [
    [
      // 0.6745 · √(4.087 · 200) = 19.28
      "width 2 at the critical gain, where half of all lie beyond e^±19",
      0,
      4.086731,
      "Scatters: the typical network keeps its norm over 200 layers, " +
        "but half of all end below ×4·10^−9 or above ×2·10^8.",
    ],
    [
      "width 16 at the critical gain, where half of all lie beyond e^±3",
      0,
      0.104966,
      "Scatters: the typical network keeps its norm over 200 layers, " +
        "but half of all end below ×0.045 or above ×22.",
    ],
    [
      "width 64 at the critical gain",
      0,
      0.020743,
      "Holds: the typical network keeps its norm over 200 layers; " +
        "half of all end between ×0.25 and ×4.0.",
    ],
    [
      "weights that do not fluctuate",
      0,
      0,
      "Holds: the typical network keeps its norm over 200 layers; all are alike.",
    ],
    [
      "width 2 at He's gain",
      -1.434975,
      4.086731,
      "Vanishes: the typical network shrinks 4·10^124-fold over 200 layers; " +
        "half of all end between ×1·10^−133 and ×5·10^−117.",
    ],
    [
      "a typical network that shrinks, though every third one grows",
      -0.05,
      4,
      "Scatters: the typical network shrinks 2·10^4-fold over 200 layers; " +
        "half of all end between ×2·10^−13 and ×9·10^3.",
    ],
    [
      "a typical network that shrinks by less than others differ",
      -0.004,
      0.01,
      "Drifts: the typical network shrinks 2.23-fold over 200 layers; " +
        "half of all end between ×0.17 and ×1.2.",
    ],
  ];
  for (const [what, exponent, variance, sentence] of spreads) {
    it(`tell single networks from their mean: ${what}`, () => {
      const [few, many] = [65_536, 6_553_600].map((count) => withSpread(exponent, variance, count));
      assert.ok(few && many);
      assert.equal(verdict(few), sentence);
      // More replicas know the typical network better; others stay as far from it as they are.
      assert.equal(withoutFactor(verdict(many)), withoutFactor(sentence));
    });
  }

  it("are decided once it is known that networks scatter, and not before", () => {
    assert.match(verdict(withSpread(0, 4, 1000)), /^Scatters/);
    assert.match(verdict(withSpread(0, 4, 20)), /^Undecided/);
  });

  it("take what the coordinator has seen for more than the normal law", () => {
    const growthQuantiles = [
      { probability: 0.05, value: -9 },
      { probability: 0.25, value: -3 },
      { probability: 0.5, value: -1 },
      { probability: 0.75, value: -0.5 },
      { probability: 0.95, value: 4 },
    ];
    const run = received({
      lyapunovExponent: estimate(-0.02, 0.001),
      variance: estimate(1, 0.1),
      spread: { layerCount: 90, growthQuantiles, method: "sketch" },
    });
    assert.deepEqual(spreadOf(run), {
      layerCount: 90,
      median: -1,
      middleHalf: [-3, -0.5],
      middleNineTenths: [-9, 4],
      method: "sketch",
    });
    assert.equal(
      verdict(run),
      "Vanishes: the typical network shrinks 2.7-fold over 90 layers; " +
        "half of all end between ×0.050 and ×0.61.",
    );
  });

  it("call no change a change", () => {
    assert.equal(
      verdict(withExponent(-0.00004, 0.000009)),
      "Drifts: the typical network hardly changes over 100 layers.",
    );
  });

  it("speak of the survivors where replicas die", () => {
    const run = received({
      replicaCount: 1000,
      extinctCount: 900,
      lyapunovExponent: { extinct: true, level: 0.95 },
      survivors: { lyapunovExponent: estimate(-0.2, 0.001) },
    });
    assert.equal(
      verdict(run),
      "Dies: λ = −∞, 900 of 1,000 extinct; the typical survivor shrinks 4.9·10^8-fold over 100 layers.",
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
