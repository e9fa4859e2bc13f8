import assert from "node:assert/strict";

import { sharedCluster, type Cluster } from "./support/cluster.ts";

const RADEMACHER = "--width 3 --depth 200 --weights rademacher --replicas 500".split(" ");

describe("lyapunov run --burn-in", () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
  });

  for (const [flags, burnIn, first] of [
    ["", 20, 32],
    ["--burn-in 0", 0, 1],
    ["--burn-in 7", 7, 8],
    ["--checkpoints 3", 2, 3],
    ["--weights gaussian", 0, 1],
  ] as const) {
    it(`leaves ${burnIn} layers out with ${flags || "nothing given"}, and says so`, async () => {
      const run = await cluster.run([...RADEMACHER, ...flags.split(" ").filter(Boolean)]);
      assert.equal(run.burnIn, burnIn);
      assert.equal(run.checkpointDepths[0], first);
      // The growth since the burn-in is that of the layers after it.
      const { mean } = run.checkpoints.at(-1) ?? assert.fail();
      const lambda = run.lyapunovExponent?.estimate ?? assert.fail();
      assert.ok(Math.abs(Number(mean) - lambda * (200 - burnIn)) < 1e-9);
    });
  }
});

describe("the quantiles of a run", () => {
  it("are those of a network that does not fluctuate: one point", async () => {
    const cluster = await sharedCluster();
    const constant = "--width 1 --weights rademacher --negative-slope 1 --gain 1 --replicas 500";
    const run = await cluster.run(constant.split(" "));
    for (const { mean, quantiles } of run.checkpoints) {
      for (const { value } of quantiles) assert.ok(Math.abs(value - Number(mean)) < 1e-12);
    }
  });
});
