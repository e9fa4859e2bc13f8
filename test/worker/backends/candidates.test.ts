import assert from "node:assert/strict";

import type { Network } from "../../../shared/network/network.ts";
import { WEIGHT_LAWS } from "../../../shared/network/weights.ts";
import { Stream } from "../../../shared/random/stream.ts";
import { probeInputs, replicaStacks } from "../../../shared/sampling/candidates.ts";
import { distanceFromZero } from "../../../shared/sampling/distanceFromZero.ts";
import { growthThroughDepth } from "../../../shared/sampling/growthThroughDepth.ts";
import type { SamplingTask } from "../../../shared/sampling/samplingTask.ts";
import { exactExponents } from "../../../shared/theory/exact.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { loadBackend } from "../../../worker/backends/registry.ts";
import { kolmogorovSmirnov, normalCdf } from "../../shared/random/goodnessOfFit.ts";
import { knownAnswers, real, seed } from "../../shared/random/knownAnswers.ts";
import { lawInput } from "../../support/laws.ts";

/** The Kolmogorov–Smirnov statistic is above this with a probability of 1e-4. */
const LIMIT = 2.23;

async function sampled(backend: Backend, task: SamplingTask): Promise<Float64Array> {
  assert.ok(backend.sample !== undefined);
  const { names, values } = await backend.sample(task);
  assert.deepEqual(names, ["distance", "final_growth"]);
  return values;
}

function taskOf(network: Partial<Network>, rest: Partial<SamplingTask> = {}): SamplingTask {
  return {
    network: {
      width: 5,
      depth: 20,
      negativeSlope: 0.1,
      weights: "gaussian",
      gain: 1.4,
      ...network,
    },
    probeCount: 3,
    seed: 7n,
    firstReplica: 5,
    replicaCount: 6,
    ...rest,
  };
}

/**
 * The distribution function of (∫₀¹ W(t)² dt)^½ for a Brownian path W: with its transform
 * E exp(−s²/2 ∫W²) = (cosh s)^−½ = √2 Σ C(−½, k) e^{−(2k+½)s}, inverted term by term (Cameron and
 * Martin 1944).
 */
function brownianDistanceCdf(x: number): number {
  let [sum, coefficient] = [0, 1];
  for (let k = 0; k < 60; k++) {
    sum += coefficient * 2 * normalCdf(-(2 * k + 0.5) / x);
    coefficient *= (-0.5 - k) / (k + 1);
  }
  return Math.SQRT2 * sum;
}

describe("candidates of sampling initialization", () => {
  let backends: readonly Backend[];
  before(async () => {
    backends = await Promise.all([loadBackend("simd"), loadBackend("reference")]);
  });

  it("are shown the known probe inputs", () => {
    const answers = knownAnswers("probe");
    assert.equal(answers.length, 5);
    for (const [key, probe, width, entry, expected] of answers) {
      const input = new Float64Array(real(width));
      new Stream(seed(key)).probe(input, real(probe));
      assert.equal(input[real(entry)], real(expected));
    }
  });

  it("agree between backends, for all laws, slopes and widths", async () => {
    const [simd, reference] = backends as [Backend, Backend];
    for (const weights of WEIGHT_LAWS) {
      for (const [width, negativeSlope] of [
        [1, 0.3],
        [2, 0.3],
        [16, 0],
        [17, -3],
        [70, 0.1],
      ] as const) {
        const task = taskOf({ ...lawInput(weights), width, negativeSlope, depth: 12 });
        const [values, expected] = [await sampled(simd, task), await sampled(reference, task)];
        for (const [i, value] of values.entries()) {
          const other = expected[i] as number;
          assert.ok(value === other || Math.abs(value - other) < 1e-10, `${weights} ${width} ${i}`);
        }
      }
    }
  });

  it("do not depend on how they are grouped into tasks", async () => {
    for (const backend of backends) {
      const whole = await sampled(backend, taskOf({}, { replicaCount: 7 }));
      const parts = [
        await sampled(backend, taskOf({}, { replicaCount: 2 })),
        await sampled(backend, taskOf({}, { firstReplica: 7, replicaCount: 5 })),
      ] as const;
      const distances = [...parts[0].subarray(0, 2), ...parts[1].subarray(0, 5)];
      assert.deepEqual([...whole.subarray(0, 7)], distances);
    }
  });

  it("are what their definition says, by an independent walk through the layers", async () => {
    const { network, probeCount, firstReplica, ...task } = taskOf({});
    const stream = new Stream(task.seed);
    const inputs = probeInputs(stream, network.width, probeCount);
    const stack = replicaStacks(network)(stream, firstReplica);
    const expected = new Float64Array(network.depth);
    for (const input of inputs) {
      let x = Float64Array.from(input);
      const start = Math.log(Math.hypot(...x));
      for (let layer = 1; layer <= network.depth; layer++) {
        const z = new Float64Array(network.width);
        stack.multiply(layer, [x], [z]);
        x = z.map((value) => Math.exp(stack.drift) * (value > 0 ? value : 0.1 * value));
        const growth = Math.log(Math.hypot(...x)) - start;
        expected[layer - 1] = (expected[layer - 1] as number) + growth / probeCount;
      }
    }
    const growths = growthThroughDepth(stack, inputs);
    for (const [i, growth] of growths.entries()) {
      assert.ok(Math.abs(growth - (expected[i] as number)) < 1e-12);
    }
    const [simd] = backends as [Backend];
    const [distance] = await sampled(simd, taskOf({}));
    const root = Math.sqrt(expected.reduce((sum, growth) => sum + growth ** 2, 0) / 20);
    assert.ok(Math.abs((distance ?? NaN) - root) < 1e-12);
    assert.equal(distanceFromZero([3, -4]), Math.sqrt(12.5));
  });

  it("are extinct once any of their probe inputs is", async () => {
    for (const backend of backends) {
      const task = taskOf({ width: 1, depth: 9, negativeSlope: 0 }, { replicaCount: 200 });
      const values = await sampled(backend, task);
      assert.ok(values.every((value) => value === -Infinity || Number.isFinite(value)));
      // Two probe inputs of opposite signs cannot both survive.
      assert.equal(values.subarray(0, 200).filter((value) => value > -Infinity).length, 0);
    }
  });

  // Two Kolmogorov–Smirnov tests at 1e-4 each, with fixed seeds: a correct sampler would fail for one
  // choice of seeds in 5,000.
  describe("with fixed seeds, at the critical gain", () => {
    const shape = { width: 32, negativeSlope: 0.5, weights: "gaussian" } as const;
    const { variance, criticalGain } = exactExponents({ ...shape, gain: 1 });
    const network: Network = { ...shape, depth: 200, gain: criticalGain ?? NaN };
    const unit = Math.sqrt((variance ?? NaN) * network.depth);

    it("are as far from zero as a Brownian path", async () => {
      const [simd] = backends as [Backend];
      const task = { network, probeCount: 1, seed: 1n, firstReplica: 0, replicaCount: 500 };
      const distances = (await sampled(simd, task)).subarray(0, 500);
      const statistic = kolmogorovSmirnov(distances, (distance) =>
        brownianDistanceCdf(distance / unit),
      );
      assert.ok(statistic < LIMIT, String(statistic));
    });

    it("have a best of N that is as near as the smallest of N such paths", async () => {
      const [simd] = backends as [Backend];
      const [trials, candidates] = [60, 12];
      const count = trials * candidates;
      const task = { network, probeCount: 1, seed: 2n, firstReplica: 0, replicaCount: count };
      const distances = (await sampled(simd, task)).subarray(0, count);
      const best = Float64Array.from({ length: trials }, (_, trial) => {
        const own = distances.subarray(trial * candidates, (trial + 1) * candidates);
        return Math.min(...own);
      });
      const statistic = kolmogorovSmirnov(
        best,
        (distance) => 1 - (1 - brownianDistanceCdf(distance / unit)) ** candidates,
      );
      assert.ok(statistic < LIMIT, String(statistic));
    });
  });
});
