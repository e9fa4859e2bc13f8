import assert from "node:assert/strict";

import { sharedCluster, type Cluster, type RunJson } from "./support/cluster.ts";
import { present } from "../support/present.ts";

/**
 * Two z-scores for each of 26 runs. Were they standard normal, a fresh choice of seeds would fail
 * once in 300 (52 · P(|z| ≥ 4) = 52 · 6.3·10⁻⁵). The seeds are fixed.
 */
const Z_LIMIT = 4;

/** Slopes and gains whose powers overflow a float32, and a float64, within a few layers. */
const SLOPES = [1e-30, 1e30, -1e30, -1];
const GAINS = ["he", 1e-300, 1e300];

describe("networks at the ends of the number range", () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
  });

  for (const slope of SLOPES) {
    it(`are estimated at slope ${slope}, whatever the gain`, async () => {
      const runs = await Promise.all(
        GAINS.flatMap((gain, i) =>
          ["dense", "isotropic"].map((sampling, j) =>
            cluster.estimate({
              network: { width: 3, depth: 40, weights: "gaussian", negativeSlope: slope, gain },
              sampling,
              backend: (i + j) % 2 === 0 ? "simd" : "reference",
              seed: 51,
              stoppingRule: { replicaCount: 4000 },
            }),
          ),
        ),
      );
      for (const run of runs) assertAgrees(run);
    });
  }

  it("are estimated at width 1 and at depth 1", async () => {
    const [narrow, shallow] = await Promise.all([
      cluster.run("--width 1 --depth 40 --replicas 4000 --seed 52".split(" ")),
      cluster.run("--width 3 --depth 1 --replicas 4000 --seed 53".split(" ")),
    ]);
    assertAgrees(narrow);
    assertAgrees(shallow);
    assert.deepEqual(shallow.checkpointDepths, [1]);
  });

  it("are estimated from two replicas, with honest intervals", async () => {
    const run = await cluster.run("--width 3 --depth 10 --replicas 2 --seed 54".split(" "));
    const { estimate: lambda, lower, upper, standardError } = present(run.lyapunovExponent);
    assert.ok(Number(lower) < Number(lambda) && Number(lambda) < Number(upper));
    // Student's t with one degree of freedom: 12.7 standard errors to each side.
    const halfWidth = (Number(upper) - Number(lower)) / 2;
    assert.ok(Math.abs(halfWidth / Number(standardError) - 12.706) < 0.001);
  });

  it("do not fluctuate where the law does not: linear orthogonal ones", async () => {
    const run = await cluster.estimate({
      network: { width: 5, depth: 40, weights: "orthogonal", negativeSlope: 1, gain: 2 },
      stoppingRule: { replicaCount: 1000 },
    });
    assert.ok(Math.abs(Number(run.lyapunovExponent?.estimate) - Math.LN2) < 1e-12);
    assert.ok(Math.abs(Number(run.variance?.estimate)) < 1e-12);
    assert.equal(run.lyapunovExponent?.z, null);
    assert.equal(run.exact?.variance, 0);
  });
});

function assertAgrees({ network, sampling, backend, ...run }: RunJson): void {
  const context = JSON.stringify({ ...network, sampling, backend });
  for (const [name, { estimate, standardError }] of [
    ["lyapunovExponent", present(run.lyapunovExponent)],
    ["variance", present(run.variance)],
  ] as const) {
    const z = (Number(estimate) - Number(run.exact?.[name])) / Number(standardError);
    assert.ok(Math.abs(z) < Z_LIMIT, `z = ${z} of ${name}: ${context}`);
  }
  assert.equal(run.extinctCount, "0", context);
}
