import assert from "node:assert/strict";

import { lostDepth, type GrowthLaw } from "../../../shared/theory/lostDepth.ts";
import { Random } from "../../support/random.ts";

const LOSS = Math.log(1000);

/** The probability that a standard normal is below x, by Simpson's rule. */
function normalBelow(x: number): number {
  if (x < -9) return 0;
  if (x > 9) return 1;
  const step = (x + 9) / 200;
  let sum = 0;
  for (let i = 0; i <= 200; i++) {
    const weight = i === 0 || i === 200 ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((step * i - 9) ** 2) / 2);
  }
  return (sum * step) / 3 / Math.sqrt(2 * Math.PI);
}

/** The share of networks that are lost at a depth, by the formula itself. */
function lostShare({ exponent, deviation, survival }: GrowthLaw, depth: number): number {
  const below = (-LOSS - exponent * depth) / (deviation * Math.sqrt(depth));
  const shrunk = normalBelow(below);
  return 1 - survival ** depth + survival ** depth * shrunk;
}

/** The first depth at which a share is lost, by looking at each. */
function firstDepth(of: GrowthLaw, share: number): number | undefined {
  for (let depth = 1; depth <= 20_000; depth++) if (lostShare(of, depth) >= share) return depth;
  return undefined;
}

describe("the depth at which networks are lost", () => {
  const laws: readonly [string, GrowthLaw][] = [
    ["Gaussian weights of width 16 at He's gain", law(-0.088211, 0.104966)],
    ["Gaussian weights of width 2 at He's gain", law(-1.434975, 4.086731)],
    ["networks that hardly shrink", law(-0.004, 0.02)],
    ["networks that hardly differ", law(-0.05, 1e-6)],
    ["ReLU networks of width 4", law(-0.3583, 0.7316, 1 - 2 ** -4)],
    ["ReLU networks of width 8 at the critical gain", law(0, 0.3, 1 - 2 ** -8)],
    ["networks that grow and die", law(0.02, 0.5, 0.999)],
    ["networks that grow, and differ so much that many shrink before they die", law(0.5, 40, 0.9)],
  ];
  for (const [what, of] of laws) {
    it(`is that of looking at each depth: ${what}`, () => {
      for (const share of [0.5, 0.9, 0.99]) {
        assert.equal(lostDepth(of, LOSS, share), firstDepth(of, share), `share ${share}`);
      }
    });
  }

  it("is where the typical network has lost the factor, for half of them", () => {
    // 6.9078 / 0.088211 = 78.31.
    assert.equal(lostDepth(law(-0.088211, 0.104966), LOSS, 0.5), 79);
    assert.equal(lostDepth(law(-0.088211, 0), LOSS, 0.9), 79);
  });

  it("never comes at the critical gain and above it, where none goes extinct", () => {
    assert.equal(lostDepth(law(0, 4), LOSS, 0.5), undefined);
    assert.equal(lostDepth(law(0.1, 4), LOSS, 0.5), undefined);
    // Deeper than any network: lost in principle only.
    assert.equal(lostDepth(law(-1e-300, 0), LOSS, 0.5), undefined);
  });

  it("is that of networks made layer by layer", () => {
    // 4,000 walks; the share at a depth has a deviation of √(0.25/4000) = 0.008 or less, and differs
    // from its own by 4 of these in 1 of 16,000 choices of the seed, which is fixed.
    const of = law(-0.2, 0.5, 0.98);
    const half = lostDepth(of, LOSS, 0.5) ?? assert.fail();
    const random = new Random(1);
    let lost = 0;
    for (let network = 0; network < 4000; network++) {
      let [growth, isAlive] = [0, true];
      for (let layer = 0; layer < half; layer++) {
        growth += of.exponent + of.deviation * random.normal();
        isAlive &&= random.chance(of.survival);
      }
      if (!isAlive || growth < -LOSS) lost += 1;
    }
    const share = lost / 4000;
    assert.ok(share > 0.5 - 0.032 && share < lostShare(of, half) + 0.032, String(share));
  });
});

function law(exponent: number, variance: number, survival = 1): GrowthLaw {
  return { exponent, deviation: Math.sqrt(variance), survival };
}
