import assert from "node:assert/strict";

import { exactVariance, predictedReplicas } from "../../../client/cli/prediction.ts";
import { predictRun } from "../../../client/cli/runPrediction.ts";
import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";
import type { PropagationInput } from "../../../shared/kinds/propagation/specification.ts";

function specification(stoppingRule: PropagationInput["stoppingRule"], network = {}) {
  return parsePropagation({
    network: {
      width: 16,
      depth: 100,
      negativeSlope: 0.01,
      weights: "gaussian",
      gain: "he",
      ...network,
    },
    stoppingRule: stoppingRule ?? {},
  });
}

describe("what a run will take", () => {
  it("is as many replicas as were asked for, whatever σ² is", () => {
    assert.equal(predictedReplicas(specification({ replicaCount: 1000 }), undefined), 1000);
  });

  it("is what makes σ/√(L·R) the precision", () => {
    // 0.25 / 100 / (1e-3)²
    const run = specification({ precision: { lyapunovExponent: 1e-3 } });
    assert.equal(predictedReplicas(run, 0.25), 2500);
    const doubled = specification({ precision: { lyapunovExponent: 1e-3 } }, { depth: 200 });
    assert.equal(predictedReplicas(doubled, 0.25), 1250);
  });

  it("is what the tightest of all targets asks for", () => {
    // 2 · (0.25 / 0.005)² is more than the 2500 of the exponent.
    const precision = { lyapunovExponent: 1e-3, variance: 0.005 };
    assert.equal(predictedReplicas(specification({ precision }), 0.25), 5000);
  });

  it("is at least the minimum and at most the maximum", () => {
    const loose = { lyapunovExponent: 1, minimumReplicaCount: 2048 };
    assert.equal(predictedReplicas(specification({ precision: loose }), 0.25), 2048);
    const tight = { lyapunovExponent: 1e-9, maximumReplicaCount: 5000 };
    assert.equal(predictedReplicas(specification({ precision: tight }), 0.25), 5000);
  });

  it("is more where replicas die: the precision is of those that live", () => {
    const precision = { lyapunovExponent: 1e-3 };
    const run = specification({ precision }, { width: 8, depth: 256, negativeSlope: 0 });
    // The share (1 − 2⁻⁸)²⁵⁶ of the replicas lives.
    const needed = 2560 / (1 - 2 ** -8) ** 256;
    assert.equal(predictedReplicas(run, 0.65536), Math.ceil(needed));
  });

  it("is not known where σ² decides and is not known", () => {
    const run = specification({ precision: { lyapunovExponent: 1e-3 } });
    assert.equal(predictedReplicas(run, undefined), undefined);
  });

  const rate = {
    replicaLayersPerSecond: 50_000,
    range: { lower: 25_000, upper: 100_000 },
    measuredVariance: 0.25,
    varianceShare: 0.125,
  };

  it("takes its layers over the machine's rate, within what that rate varied", () => {
    assert.deepEqual(predictRun(specification({ replicaCount: 1000 }), rate), {
      replicaCount: 1000,
      seconds: 2,
      secondsRange: { lower: 1, upper: 4 },
      variance: null,
    });
  });

  it("is as unsure as σ² where that was measured", () => {
    const run = specification({ precision: { lyapunovExponent: 1e-3 } }, { weights: "uniform" });
    // 0.25 over 90 layers, for a tenth is left out as burn-in; and a quarter more or less.
    assert.deepEqual(predictRun(run, rate), {
      replicaCount: 2778,
      seconds: 5.556,
      secondsRange: { lower: 2.084, upper: 13.892 },
      variance: { value: 0.25, source: "measured" },
    });
    const unknown = { ...rate, measuredVariance: undefined, varianceShare: undefined };
    assert.deepEqual(predictRun(run, unknown), {
      replicaCount: null,
      seconds: null,
      secondsRange: null,
      variance: null,
    });
  });

  it("knows σ² where there is a closed form, of survivors where λ = −∞", () => {
    const rule = { replicaCount: 2 };
    // As `lyapunov exact` has it.
    assert.ok(Math.abs((exactVariance(specification(rule).network) ?? NaN) - 0.104966) < 1e-6);
    const relu = specification(rule, { negativeSlope: 0 });
    assert.ok((exactVariance(relu.network) ?? NaN) > 0.1);
    const uniform = specification(rule, { weights: "uniform" });
    assert.equal(exactVariance(uniform.network), undefined);
  });
});
