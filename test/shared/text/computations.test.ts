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
  driver: "driver 5.0",
  software: true,
  shardCount: 1,
  replicaCount: "2048",
  recomputedReplicaCount: "1",
};

describe("who computed a run, in words", () => {
  it("is the backend with its device and driver, where all is alike", () => {
    assert.deepEqual(computationLines([SIMD]), ["simd"]);
    assert.deepEqual(computationLines([{ ...SWIFTSHADER, recomputedReplicaCount: "0" }]), [
      "webgpu on SwiftShader, software, driver 5.0",
    ]);
    assert.deepEqual(computationLines([]), []);
  });

  it("says how much each did, and never leaves out that a card is software", () => {
    assert.deepEqual(computationLines([SIMD, SWIFTSHADER]), [
      "65,536 replicas in 32 shards: simd",
      "2,048 replicas in 1 shard: webgpu on SwiftShader, software, driver 5.0 " +
        "· 1 replica computed anew by the processor",
    ]);
    assert.deepEqual(computationLines([{ ...SIMD, software: true }]), ["simd, software"]);
  });

  it("names the generators of those that differ by nothing else, and all where they are asked for", () => {
    const shares = [SIMD, { ...SIMD, generator: "philox separate" }, SWIFTSHADER];
    assert.deepEqual(computationLines(shares), [
      "65,536 replicas in 32 shards: simd (philox fused)",
      "65,536 replicas in 32 shards: simd (philox separate)",
      "2,048 replicas in 1 shard: webgpu on SwiftShader, software, driver 5.0 " +
        "· 1 replica computed anew by the processor",
    ]);
    assert.deepEqual(computationLines([SIMD], true), ["simd (philox fused)"]);
    assert.deepEqual(computationLines([{ ...SIMD, generator: "" }], true), ["simd"]);
  });
});
