import assert from "node:assert/strict";

import { runToJson } from "../../../shared/wire/json.ts";
import { estimate, received } from "../../support/receivedRun.ts";

function networkJson(network: object) {
  return runToJson(received({}, { network })).network;
}

describe("a run as JSON", () => {
  it("has the histogram where there is one, its long numbers as texts", () => {
    const histogram = { binWidth: 0.5, binIndexes: [-1, 2], binCounts: [3, 2 ** 40] };
    const { checkpoints } = runToJson(received({ checkpoints: [{ depth: 1 }, { histogram }] }));
    assert.deepEqual(
      checkpoints.map((checkpoint) => checkpoint.histogram),
      [undefined, { binWidth: 0.5, binIndexes: ["-1", "2"], binCounts: ["3", "1099511627776"] }],
    );
  });

  it("has the names of the contract", () => {
    const json = runToJson(
      received(
        {
          replicaCount: 65_536,
          extinctCount: 0,
          shardCount: 32,
          lyapunovExponent: estimate(-0.2, 0.01),
          variance: estimate(0.4, 0.02),
          exact: { lyapunovExponent: -0.214328, variance: 0.367338, criticalGain: 1.752163 },
        },
        { seed: 2n ** 64n - 1n },
      ),
    );
    const { name, state, network, seed, backend, replicaCount, extinctCount, shardCount } = json;
    assert.deepEqual(
      { name, state, network, seed, backend, replicaCount, extinctCount, shardCount },
      {
        name: "runs/abc",
        state: "SUCCEEDED",
        network: {
          width: 8,
          depth: 100,
          negativeSlope: 0.01,
          weights: "gaussian",
          gain: Math.SQRT2 / Math.hypot(1, 0.01),
          namedGain: "he",
        },
        seed: "18446744073709551615",
        backend: "simd",
        replicaCount: "65536",
        extinctCount: "0",
        shardCount: 32,
      },
    );
    assert.deepEqual(json.lyapunovExponent, {
      ...estimate(-0.2, 0.01),
      extinct: false,
      z: null,
    });
    assert.deepEqual(
      [json.exact?.lyapunovExponent, json.exact?.variance, json.exact?.criticalGain],
      [-0.214328, 0.367338, 1.752163],
    );
  });

  it("has the parameter of a law that has one", () => {
    const studentT = networkJson({ weights: "student_t", degreesOfFreedom: 2.5 });
    assert.deepEqual([studentT?.weights, studentT?.degreesOfFreedom], ["student_t", 2.5]);
    const sparse = networkJson({ weights: "sparse_gaussian", density: 0.1 });
    assert.deepEqual([sparse?.weights, sparse?.density], ["sparse_gaussian", 0.1]);
    assert.ok(!("density" in (studentT ?? {})) && !("degreesOfFreedom" in (sparse ?? {})));
    assert.deepEqual(Object.keys(networkJson({ weights: "uniform" }) ?? {}), [
      "width",
      "depth",
      "negativeSlope",
      "weights",
      "gain",
      "namedGain",
    ]);
  });

  it("has what follows from the estimates", () => {
    const json = runToJson(
      received({
        criticalGain: { ...estimate(1.5445, 0.0002), method: "log_student_t", z: 0.5 },
        spread: {
          layerCount: 90,
          growthQuantiles: [{ probability: 0.5, value: -7 }],
          method: "sketch",
          halfLostDepth: 79,
        },
        targetMet: false,
      }),
    );
    assert.deepEqual(json.criticalGain, {
      ...estimate(1.5445, 0.0002),
      method: "log_student_t",
      extinct: false,
      z: 0.5,
    });
    assert.deepEqual(json.spread, {
      layerCount: 90,
      growthQuantiles: [{ probability: 0.5, value: -7 }],
      method: "sketch",
      halfLostDepth: 79,
      nineTenthsLostDepth: null,
    });
    assert.equal(json.targetMet, false);
    // An earlier coordinator says none of it.
    const { criticalGain, spread, targetMet } = runToJson(received({}));
    assert.deepEqual([criticalGain, spread, targetMet], [null, null, null]);
  });

  it("says where a critical gain comes from that has no closed form", () => {
    const gainCalibration = { run: "runs/a1", standardError: 1e-4 };
    const network = { weights: "uniform", gain: 1.5, namedGain: "lyapunov", gainCalibration };
    assert.deepEqual(networkJson(network)?.gainCalibration, gainCalibration);
  });

  it("says null where λ = −∞, and where no closed form is known", () => {
    const json = runToJson(
      received({ lyapunovExponent: { extinct: true, level: 0.95 }, exact: null }),
    );
    assert.equal(json.exact, null);
    assert.deepEqual(json.lyapunovExponent, {
      estimate: null,
      standardError: null,
      lower: null,
      upper: null,
      level: 0.95,
      method: "",
      extinct: true,
      z: null,
    });
  });
});
