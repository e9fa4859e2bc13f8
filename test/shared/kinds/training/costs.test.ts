import assert from "node:assert/strict";

import { TRAINING } from "../../../../shared/kinds/training/training.ts";
import type { TrainingInput } from "../../../../shared/kinds/training/specification.ts";

function shardSize(
  backend: string,
  change: Partial<TrainingInput["training"]>,
  replicaCount = 100,
) {
  const input: TrainingInput = {
    network: { width: 2, depth: 40, negativeSlope: 0.1, weights: "gaussian", gain: "lyapunov" },
    training: { task: "quintic_polynomial", learningRate: 0.01, stepCount: 5000, ...change },
    stoppingRule: { replicaCount },
    backend,
  };
  return TRAINING.shardSize(TRAINING.parse(input));
}

describe("the shards of a training", () => {
  it("leave a hundred seeds of an arm of a study to several workers", () => {
    assert.equal(shardSize("simd", {}), 16);
    assert.equal(shardSize("reference", {}), 16);
    assert.equal(shardSize("tensorflow_wasm", {}), 64);
  });

  it("hold more replicas where these are quickly trained", () => {
    assert.equal(shardSize("simd", { stepCount: 100 }), 512);
    assert.equal(shardSize("simd", { stepCount: 1 }), 1024);
  });

  it("do not depend on the stopping rule, so that a run can be extended", () => {
    assert.equal(shardSize("simd", {}, 100_000), shardSize("simd", {}, 2));
  });
});
