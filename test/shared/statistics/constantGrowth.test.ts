import assert from "node:assert/strict";

import { PROPAGATION, parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";
import type { NetworkInput } from "../../../shared/network/networkInput.ts";
import { estimateExponents } from "../../../shared/statistics/estimate.ts";
import { sumReplicas } from "../../../shared/statistics/replicaSums.ts";
import { loadBackend } from "../../../worker/backends/registry.ts";
import { computeShard } from "../../../worker/pool/shard.ts";
import { observables } from "../../support/observables.ts";
import { taskOf } from "../../support/runShards.ts";

interface Constant extends NetworkInput {
  readonly width: number;
  readonly depth: number;
  readonly negativeSlope: number;
  readonly weights: string;
  readonly gain: number;
}

/** Networks whose growth is the same for all: λ is log gain, and σ² is 0. */
const CONSTANT: readonly Constant[] = [
  { width: 1, depth: 200, negativeSlope: 1, weights: "rademacher", gain: 1 },
  { width: 1, depth: 200, negativeSlope: -1, weights: "rademacher", gain: 1.7 },
  { width: 1, depth: 3000, negativeSlope: 1, weights: "rademacher", gain: 1e-30 },
  { width: 1, depth: 200, negativeSlope: 1, weights: "orthogonal", gain: 1 },
  { width: 2, depth: 200, negativeSlope: -1, weights: "orthogonal", gain: 1e-200 },
  { width: 16, depth: 200, negativeSlope: 1, weights: "orthogonal", gain: 3 },
  { width: 100, depth: 10, negativeSlope: 1, weights: "orthogonal", gain: 1 },
];

async function sumsOf(network: NetworkInput, backend: "simd" | "reference") {
  const specification = parsePropagation({
    network,
    backend,
    sampling: "dense",
    stoppingRule: { replicaCount: backend === "simd" ? 500 : 20 },
  });
  const sums = await computeShard(await loadBackend(backend), taskOf(specification));
  return { specification, sums };
}

describe("growth that does not fluctuate", () => {
  for (const network of CONSTANT) {
    const { width, depth, gain, weights, negativeSlope } = network;
    it(`has no error: ${weights}, width ${width}, slope ${negativeSlope}, gain ${gain}`, async () => {
      for (const backend of ["simd", "reference"] as const) {
        const { specification, sums } = await sumsOf(network, backend);
        const { lyapunovExponent, variance } =
          PROPAGATION.estimates(specification, sums) ?? assert.fail();
        const error = Math.abs((lyapunovExponent?.estimate ?? NaN) - Math.log(gain));
        assert.ok(
          error <= depth * 2 ** -53 * Math.abs(Math.log(gain)),
          `${backend}: off by ${error}`,
        );
        assert.equal(lyapunovExponent?.standardError, 0);
        assert.equal(variance?.estimate, 0);
        assert.equal(variance.upper, 0);
        const { checkpoints = [] } = PROPAGATION.checkpointFields(specification, sums);
        assert.notEqual(checkpoints.length, 0);
        for (const { mean, variance: ofDepth, skewness, quantiles } of checkpoints) {
          assert.deepEqual([ofDepth, skewness], [0, 0]);
          assert.ok(quantiles?.every(({ value }) => value === mean));
        }
      }
    });
  }

  it("fluctuates where slopes differ in the tenth digit", async () => {
    const network = { width: 16, depth: 200, weights: "orthogonal", gain: 3 };
    const slope = { negativeSlope: 1 - 1e-10 };
    const { specification, sums } = await sumsOf({ ...network, ...slope }, "simd");
    const { variance } = PROPAGATION.estimates(specification, sums) ?? assert.fail();
    // Increments are ½ log(1 + ρT), with ρ = 10⁻¹⁰ and a variance of T of 3/(d+2), so that σ is
    // 0.204·10⁻¹⁰; 500 replicas know it to 3 %.
    const deviation = Math.sqrt(variance?.estimate ?? NaN) / 1e-10;
    assert.ok(Math.abs(deviation - 0.204) < 0.03, String(deviation));
  });

  it("fluctuates where real networks do least, and grow most", () => {
    // Width and depth are the largest, and the gain is 1e300: σ√L is 2.2, and λL is 6.9·10⁹.
    const depth = 10_000_000;
    const growths = Float64Array.of(-2.2, 2.2, 0, 1).map((one) => 690 * depth + one);
    const [sums] = sumReplicas(
      observables("log_norm_growth"),
      [depth],
      [1],
      4,
      growths,
    ).checkpoints;
    const { variance } = (sums && estimateExponents(sums, depth, 0.95)) ?? assert.fail();
    assert.ok(variance.estimate > 1e-7);
  });
});
