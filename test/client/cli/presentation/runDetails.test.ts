import assert from "node:assert/strict";

import { runDetails } from "../../../../client/cli/presentation/runDetails.ts";
import { estimate, received } from "../../../support/receivedRun.ts";

describe("a run in detail", () => {
  it("names the law with its parameter, and compares with nothing where nothing is exact", () => {
    const run = received(
      { replicaCount: 1000, shardCount: 1, lyapunovExponent: estimate(-0.2, 0.001), exact: null },
      { network: { weights: "student_t", degreesOfFreedom: 5 } },
    );
    const text = runDetails(run);
    assert.match(text, /network +│ student_t\(ν=5\), width 8, depth 100,/);
    assert.match(text, /dense, simd/);
    assert.doesNotMatch(text, /exact|undefined|NaN/);
  });

  it("speaks of survivors where replicas have died, though nothing is exact about them", () => {
    const run = received(
      {
        replicaCount: 1000,
        extinctCount: 3,
        shardCount: 1,
        lyapunovExponent: { extinct: true, level: 0.95 },
        survivors: { lyapunovExponent: estimate(-0.2, 0.001), survivalRatio: 0.997 },
        exact: null,
      },
      { network: { weights: "sparse_gaussian", density: 0.5 } },
    );
    const text = runDetails(run);
    assert.match(text, /sparse_gaussian\(p=0\.5\)/);
    assert.match(text, /3 replicas: λ = −∞/);
    assert.match(text, /λ of survivors +│ −0\.2000 ± 0\.0010/);
    assert.match(text, /Dies: λ = −∞, 3 of 1,000 extinct; the typical survivor/);
    assert.doesNotMatch(text, /exact|undefined|NaN/);
  });

  it("says that all networks are alike where nothing fluctuates", () => {
    const growthQuantiles = [0.05, 0.25, 0.5, 0.75, 0.95].map((probability) => ({
      probability,
      value: 0,
    }));
    const run = received({
      lyapunovExponent: estimate(0, 0),
      variance: estimate(0, 0),
      spread: { layerCount: 100, growthQuantiles, method: "normal" },
    });
    assert.match(
      runDetails(run),
      /typical network +│ ends at ×1\.0 after 100 layers; all are alike/,
    );
  });

  it("tells what is exact of survivors where there are none", () => {
    const run = received(
      {
        replicaCount: 64,
        extinctCount: 64,
        lyapunovExponent: { extinct: true, level: 0.95 },
        survivors: { survivalRatio: 0 },
        exact: { survivors: { lyapunovExponent: -0.4041, variance: 1.0663, criticalGain: 2.1185 } },
      },
      { network: { width: 2, negativeSlope: 0 } },
    );
    const text = runDetails(run);
    assert.match(text, /λ of survivors +│ too few replicas; exact −0\.4041 /);
    assert.match(text, /critical gain of survivors +│ too few replicas; exact 2\.1185 /);
  });

  it("tells the typical network, its neighbours, and when they are lost", () => {
    const growthQuantiles = [
      [0.05, -8],
      [0.25, -3],
      [0.5, -1],
      [0.75, 0.5],
      [0.95, 4],
    ].map(([probability = NaN, value = NaN]) => ({ probability, value }));
    const spread = {
      layerCount: 100,
      growthQuantiles,
      method: "sketch",
      halfLostDepth: 35,
      nineTenthsLostDepth: 1061,
    };
    const run = received({
      lyapunovExponent: estimate(-0.2, 0.001),
      criticalGain: { ...estimate(1.7272, 0.0017), method: "log_student_t" },
      spread,
    });
    const text = runDetails(run);
    assert.match(text, /critical gain +│ 1\.7272 ± 0\.0017, 95 % in \[1\.7238, 1\.7306\]/);
    assert.match(
      text,
      /typical network +│ ends at ×0\.37 after 100 layers; half of all at ×0\.050 to ×1\.6, nine tenths at ×3·10\^−4 to ×55 \(as seen\)/,
    );
    assert.match(
      text,
      /factor 1000 +│ lost by about half of all networks after 35 layers, by nine tenths after 1,061 layers/,
    );
  });

  it("says whether a target was met, and by which run a gain was found", () => {
    const stoppingRule = { precision: { lyapunovExponent: 1e-12, maximumReplicaCount: 5000 } };
    const missed = received(
      { lyapunovExponent: estimate(-0.2, 0.00132), targetMet: false },
      { stoppingRule },
    );
    assert.match(
      runDetails(missed),
      /target +│ missed: standard error of λ̂ 0\.0013, target 1·10\^−12/,
    );
    const met = received(
      { lyapunovExponent: estimate(-0.2, 0.00132), targetMet: true },
      {
        stoppingRule,
      },
    );
    assert.match(runDetails(met), /target +│ met: /);
    const gainCalibration = { run: "runs/a1", standardError: 1.5e-4 };
    const network = { weights: "uniform", gain: 1.52893, namedGain: "lyapunov", gainCalibration };
    assert.match(
      runDetails(received({}, { network })),
      /gain 1\.52893 ± 0\.00015 \(lyapunov, found by runs\/a1\)/,
    );
  });

  it("says where the time leads that is left, if the target is out of reach", () => {
    const progress = { plannedShardCount: 3, remainingSeconds: 8, targetOutOfReach: true };
    const running = received({ state: "RUN_STATE_RUNNING", progress });
    assert.match(runDetails(running), /8 s to the limit of replicas, which will miss the target/);
  });

  it("says how many layers are left out, where some are", () => {
    const [some, one, none] = [{ burnIn: 20 }, { burnIn: 1 }, { burnIn: 0 }].map((change) =>
      runDetails(received({}, { network: { weights: "rademacher" }, ...change })),
    );
    const needless = runDetails(received({}, { network: { weights: "gaussian" }, burnIn: 0 }));
    assert.match(some ?? "", /burn-in +│ the growth of the first 20 layers is left out/);
    assert.match(one ?? "", /burn-in +│ the growth of the first layer is left out/);
    assert.match(
      none ?? "",
      /burn-in +│ none: the growth of the first layers, which differs, counts/,
    );
    assert.doesNotMatch(needless, /burn-in/);
  });

  it("says what a run waits for, and why one has failed", () => {
    const progress = { plannedShardCount: 3 };
    const error = "it waits for a worker whose simd is fused";
    const running = received({ state: "RUN_STATE_RUNNING", progress, error });
    assert.match(runDetails(running), /waiting +│ it waits for a worker whose simd is fused/);
    const failed = received({ state: "RUN_STATE_FAILED", error: "shard 0 was given up" });
    assert.match(runDetails(failed), /error +│ shard 0 was given up/);
  });
});
