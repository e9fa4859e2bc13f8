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
    assert.match(text, /Dies: λ = −∞, 3 of 1000 extinct; a survivor/);
    assert.doesNotMatch(text, /exact|undefined|NaN/);
  });

  it("says how many layers are left out, where some are", () => {
    const [some, none] = [{ burnIn: 20 }, { burnIn: 0 }].map((change) =>
      runDetails(received({}, { network: { weights: "rademacher" }, ...change })),
    );
    assert.match(some ?? "", /burn-in +│ the growth of the first 20 layers is left out/);
    assert.doesNotMatch(none ?? "", /burn-in/);
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
