import assert from "node:assert/strict";

import { computationLines } from "../../../shared/text/computations.ts";

const SIMD = {
  backend: "simd",
  generator: "philox fused",
  device: "",
  driver: "",
  software: false,
  shardCount: 32,
  replicaCount: "65536",
  recomputedReplicaCount: "0",
};
const SWIFTSHADER = {
  ...SIMD,
  backend: "webgpu",
  device: "SwiftShader",
  driver: "5.0",
  software: true,
  shardCount: 1,
  replicaCount: "2048",
  recomputedReplicaCount: "1",
};

describe("who computed a run, in words", () => {
  it("is the backend with its generator, where all is alike", () => {
    assert.deepEqual(computationLines([SIMD]), ["simd (philox fused)"]);
    assert.deepEqual(computationLines([{ ...SIMD, generator: "" }]), ["simd"]);
    assert.deepEqual(computationLines([]), []);
  });

  it("says how much each did, and never leaves out that a card is software", () => {
    assert.deepEqual(computationLines([SIMD, SWIFTSHADER]), [
      "65,536 replicas in 32 shards: simd (philox fused)",
      "2,048 replicas in 1 shard: webgpu on SwiftShader (software) with driver 5.0 " +
        "(philox fused) · 1 replica computed anew by the processor",
    ]);
    assert.deepEqual(computationLines([{ ...SIMD, software: true }]), [
      "simd in software (philox fused)",
    ]);
  });
});
