import assert from "node:assert/strict";

import { exactExponents } from "../../shared/theory/exact.ts";
import { sharedCluster, type Cluster, type RunJson } from "./support/cluster.ts";
import { present } from "../support/present.ts";

const REPLICAS = 20_000;

/** Depths at which a few thousand of the replicas survive. */
const RELU = [
  { width: 1, depth: 3 },
  { width: 2, depth: 6 },
  { width: 3, depth: 12 },
] as const;

/**
 * Three z-scores for each of 20 runs. Were they standard normal, a fresh choice of seeds would
 * fail once in 260 (60 · P(|z| ≥ 4) = 60 · 6.3·10⁻⁵). The seeds are fixed.
 */
const Z_LIMIT = 4;

describe("ReLU networks, which can die", () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
  });

  for (const { width, depth } of RELU) {
    for (const weights of ["gaussian", "orthogonal"] as const) {
      // One orthogonal unit is a sign: nothing about its survivors is random.
      if (width === 1 && weights === "orthogonal") continue;
      it(`die as they should at width ${width}, ${weights}, by both backends and samplings`, async () => {
        const runs = await Promise.all(
          ["reference", "simd"].flatMap((backend) =>
            ["dense", "isotropic"].map((sampling) =>
              cluster.estimate({
                network: { width, depth, weights, negativeSlope: 0, gain: "he" },
                stoppingRule: { replicaCount: REPLICAS },
                backend,
                sampling,
                seed: 41,
              }),
            ),
          ),
        );
        for (const run of runs) assertDies(run, width, depth, weights);
      });
    }
  }

  it("are all dead in the end, and nothing is made up about them", async () => {
    const run = await cluster.run(
      "--negative-slope 0 --width 1 --depth 100 --replicas 1000 --seed 42".split(" "),
    );
    assert.equal(run.extinctCount, "1000");
    assert.equal(run.survivors?.survivalRatio, 0);
    for (const estimate of [
      run.lyapunovExponent,
      run.variance,
      run.survivors?.lyapunovExponent,
      run.survivors?.variance,
    ]) {
      const { estimate: value, standardError, lower, upper, z } = present(estimate);
      assert.deepEqual([value, standardError, lower, upper, z], [null, null, null, null, null]);
    }
    const { depth, survivorCount, mean, quantiles } = present(run.checkpoints.at(-1));
    assert.deepEqual([depth, survivorCount, mean, quantiles], [100, "0", null, []]);
  });
});

function assertDies(
  run: RunJson,
  width: number,
  depth: number,
  weights: "gaussian" | "orthogonal",
): void {
  const context = `${run.backend}, ${run.sampling}`;
  for (const { extinct, estimate, standardError, lower, upper, z } of [
    present(run.lyapunovExponent),
    present(run.variance),
  ]) {
    assert.equal(extinct, true, context);
    assert.deepEqual([estimate, standardError, lower, upper, z], [null, null, null, null, null]);
  }
  assert.equal(run.exact?.lyapunovExponent, null);
  assert.equal(run.exact?.extinctionProbability, 2 ** -width);

  // A layer spares a replica with probability 1 − 2^−d, whatever came before.
  const survival = (1 - 2 ** -width) ** depth;
  const survived = REPLICAS - Number(run.extinctCount);
  const deviation = Math.sqrt(REPLICAS * survival * (1 - survival));
  assertSmall((survived - REPLICAS * survival) / deviation, `survivors, ${context}`);
  assert.equal(run.survivors?.survivalRatio, survived / REPLICAS);

  const exact = exactExponents({
    width,
    weights,
    negativeSlope: 0,
    gain: present(run.network).gain,
  });
  for (const [name, found] of [
    ["lyapunovExponent", run.survivors?.lyapunovExponent],
    ["variance", run.survivors?.variance],
  ] as const) {
    const { estimate, standardError, z } = found ?? assert.fail(`no ${name}`);
    const own = (Number(estimate) - Number(exact.survivors?.[name])) / Number(standardError);
    assertSmall(own, `${name} of survivors, ${context}`);
    assert.ok(Math.abs(own - Number(z)) < 1e-9, `z = ${z}, not ${own}`);
  }

  let before = REPLICAS;
  for (const { depth: at, survivorCount, extinctCount } of run.checkpoints) {
    assert.equal(Number(survivorCount) + Number(extinctCount), REPLICAS);
    assert.ok(Number(survivorCount) <= before, `nobody rises from the dead at depth ${at}`);
    before = Number(survivorCount);
  }
  assert.equal(before, survived);
}

function assertSmall(z: number, context: string): void {
  assert.ok(Math.abs(z) < Z_LIMIT, `z = ${z}: ${context}`);
}
