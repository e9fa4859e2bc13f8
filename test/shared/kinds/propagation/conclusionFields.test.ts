import assert from "node:assert/strict";

import { conclusionFields } from "../../../../shared/kinds/propagation/conclusionFields.ts";
import type { PropagationSpecification } from "../../../../shared/kinds/propagation/specification.ts";
import { momentsOf } from "../../../../shared/statistics/moments.ts";
import { sketchOf } from "../../../../shared/statistics/quantileSketch.ts";
import type { ReplicaSums } from "../../../../shared/statistics/replicaSums.ts";
import { exactExponents } from "../../../../shared/theory/exact.ts";
import { Random } from "../../../support/random.ts";
import { specificationWith } from "../../../support/specifications.ts";

const DEPTH = 50;

/** Sums at the last depth over replicas of the given growths, and extinct ones. */
function sumsOf(values: readonly number[], binWidth: number, extinctCount = 0): ReplicaSums {
  const growths = Float64Array.from(values);
  return {
    replicaCount: values.length + extinctCount,
    observables: ["log_norm_growth"],
    checkpoints: [
      {
        depth: DEPTH,
        survivorCount: values.length,
        extinctCount,
        moments: [momentsOf(growths)],
        coMoments: [],
        quantileSketch: sketchOf(growths, binWidth),
      },
    ],
  };
}

function specification(network: object, burnIn = 0): PropagationSpecification {
  return specificationWith({
    network: { depth: DEPTH, ...network },
    burnIn,
    checkpointDepths: [DEPTH],
  });
}

/** Growths of exponential law, whose median is not its mean. */
function skewed(count: number): number[] {
  const random = new Random(5);
  return Array.from({ length: count }, () => -random.exponential(4));
}

describe("conclusionFields", () => {
  it("tells the critical gain beside the exact one", () => {
    const network = { width: 16, weights: "gaussian", negativeSlope: 0.01, gain: 2 } as const;
    const { lyapunovExponent, variance, criticalGain } = exactExponents(network);
    assert.ok(lyapunovExponent !== null);
    // Growths around the exact mean.
    const growths = [-1, 1].flatMap((sign) =>
      Array.from(
        { length: 50 },
        () => lyapunovExponent * DEPTH + sign * Math.sqrt(variance * DEPTH),
      ),
    );
    const found = conclusionFields(specification(network), sumsOf(growths, 0.1)).criticalGain;
    assert.ok(Math.abs(Number(found?.estimate) - criticalGain) < 1e-12, String(found?.estimate));
    assert.ok(Math.abs(Number(found?.z)) < 1e-9, String(found?.z));
    assert.equal(found?.method, "log_student_t");
  });

  it("tells it for laws without closed form, with nothing to compare it with", () => {
    const growths = skewed(200);
    const { criticalGain } = conclusionFields(
      specification({ weights: "uniform", gain: 1.5 }),
      sumsOf(growths, 0.5),
    );
    const mean = growths.reduce((a, b) => a + b, 0) / growths.length;
    assert.ok(Math.abs(Number(criticalGain?.estimate) - 1.5 * Math.exp(-mean / DEPTH)) < 1e-12);
    assert.equal(criticalGain?.z, undefined);
  });

  it("tells quantiles of what was seen, to within a bin", () => {
    const growths = skewed(5000);
    const { spread } = conclusionFields(specification({}), sumsOf(growths, 0.5));
    assert.equal(spread?.method, "sketch");
    const sorted = growths.toSorted((a, b) => a - b);
    for (const quantile of spread.growthQuantiles ?? []) {
      const [probability, value] = [Number(quantile.probability), Number(quantile.value)];
      const seen = sorted[Math.floor(probability * sorted.length)] ?? NaN;
      assert.ok(Math.abs(value - seen) < 0.5, `${probability}: ${value}, not ${seen}`);
    }
    // The median of an exponential law is ln 2 of its mean: e^(−4 ln 2), and not e^(−4).
    const median = Number(spread.growthQuantiles?.[2]?.value);
    assert.ok(Math.abs(median + 4 * Math.LN2) < 0.25, String(median));
  });

  it("takes the normal law where replicas are few, or bins are wider than what was seen", () => {
    const few = conclusionFields(specification({}), sumsOf(skewed(99), 0.5));
    assert.equal(few.spread?.method, "normal");
    const same = Array.from({ length: 500 }, () => -0.5);
    const constant = conclusionFields(specification({}), sumsOf(same, 1.5)).spread;
    assert.equal(constant?.method, "normal");
    // Nothing fluctuates: all networks are the typical one.
    assert.deepEqual(
      constant.growthQuantiles?.map(({ value }) => Number(Number(value).toFixed(9))),
      [-0.5, -0.5, -0.5, -0.5, -0.5],
    );
    assert.deepEqual([constant.halfLostDepth, constant.nineTenthsLostDepth], [691, 691]);
  });

  it("leaves the burn-in out", () => {
    const { spread } = conclusionFields(specification({}, 10), sumsOf(skewed(200), 0.5));
    assert.equal(spread?.layerCount, DEPTH - 10);
  });

  it("counts the extinct among the lost", () => {
    // Uniform weights: 200 of 400 are gone after 50 layers, and λ̂ of survivors is about 0.
    const random = new Random(3);
    const growths = Array.from({ length: 200 }, () => 0.1 * random.normal());
    const sums = sumsOf(growths, 0.05, 200);
    const { spread } = conclusionFields(specification({ weights: "uniform" }), sums);
    assert.deepEqual([spread?.halfLostDepth, spread?.nineTenthsLostDepth], [50, 167]);
  });

  it("tells nothing where nothing has arrived", () => {
    assert.deepEqual(conclusionFields(specification({}), undefined), {
      criticalGain: { level: 0.95 },
    });
  });
});
