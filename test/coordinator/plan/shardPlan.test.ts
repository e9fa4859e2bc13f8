import assert from "node:assert/strict";

import * as fc from "fast-check";

import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { canPropagate } from "../../../shared/kinds/propagation/capabilities.ts";
import { PROPAGATION_BACKENDS } from "../../../shared/kinds/propagation/propagationBackends.ts";
import { isIsotropic, SAMPLINGS, WEIGHT_LAWS } from "../../../shared/network/weights.ts";
import type { StoppingRule } from "../../../shared/specification/stoppingRule.ts";
import { lawInput } from "../../support/laws.ts";
import { DEPTH, SHARD_SIZE, specificationWith } from "../../support/specifications.ts";
import { LOG_NORM_GROWTH } from "../../../shared/kinds/propagation/observables.ts";
import { taskOf } from "../../support/runShards.ts";

const specifications = fc
  .record({
    width: fc.constantFrom(1, 2, 16, 300, 65_536, 1_000_000),
    depth: fc.constantFrom(1, 7, 200, 100_000, 10_000_000),
    negativeSlope: fc.constantFrom(-1, 0, 0.01, 1, 30),
    weights: fc.constantFrom(...WEIGHT_LAWS),
    sampling: fc.constantFrom(...SAMPLINGS),
    backend: fc.constantFrom(...PROPAGATION_BACKENDS),
  })
  .map(({ width, sampling: any, ...rest }) => {
    const sampling = isIsotropic(rest.weights) ? any : "dense";
    return { ...rest, sampling, width: sampling === "dense" ? Math.min(width, 65_536) : width };
  })
  .filter(({ backend, sampling, ...network }) => canPropagate(backend, { network, sampling }))
  .map(({ width, depth, negativeSlope, weights, ...rest }) =>
    specificationWith({
      ...rest,
      network: {
        width,
        depth,
        negativeSlope,
        ...lawInput(weights),
        gain: 1,
      },
      checkpointDepths: [depth],
    }),
  );

const rules: fc.Arbitrary<StoppingRule> = fc.oneof(
  fc.record({
    kind: fc.constant("replicas" as const),
    replicaCount: fc.integer({ min: 2, max: 2 ** 32 }),
  }),
  fc.integer({ min: 2, max: 2 ** 32 }).map((maximumReplicaCount) => ({
    kind: "precision" as const,
    precision: { variance: 1, minimumReplicaCount: 2, maximumReplicaCount },
  })),
);

describe("ShardPlan", () => {
  it("lets the stopping rule limit only the number of shards, never their size", () => {
    fc.assert(
      fc.property(specifications, rules, rules, (specification, one, other) => {
        const a = new ShardPlan({ ...specification, stoppingRule: one });
        const b = new ShardPlan({ ...specification, stoppingRule: other });
        assert.equal(a.shardSize, b.shardSize);
        const common = Math.min(a.shardCount, b.shardCount) - 1;
        if (common > 0) assert.deepEqual(a.shard(common - 1), b.shard(common - 1));
      }),
      { seed: 1 },
    );
  });

  it("makes shards of a power of two from 8 to 65,536 replicas, the last perhaps shorter", () => {
    fc.assert(
      fc.property(specifications, rules, (specification, stoppingRule) => {
        const plan = new ShardPlan({ ...specification, stoppingRule });
        assert.ok(plan.shardSize >= 8 && plan.shardSize <= 65_536);
        assert.equal(Math.log2(plan.shardSize) % 1, 0);
        const last = plan.shard(plan.shardCount - 1);
        assert.ok(last.replicaCount >= 1 && last.replicaCount <= plan.shardSize);
      }),
      { seed: 2 },
    );
  });

  // The shards in a ledger must keep their meaning: with other sizes, a coordinator would resume
  // unfinished runs of an older version wrongly.
  for (const [width, depth, sampling, backend, shardSize] of [
    [16, 200, "isotropic", "simd", 32_768],
    [16, 200, "isotropic", "reference", 2048],
    [16, 200, "dense", "simd", 4096],
    [256, 1000, "dense", "simd", 8],
    [300, 30, "dense", "simd", 128],
    [2, 1, "isotropic", "simd", 65_536],
  ] as const) {
    it(`cuts ${sampling} ${width} × ${depth} for ${backend} into shards of ${shardSize}`, () => {
      const network = { width, depth };
      const checkpointDepths = [depth];
      const plan = new ShardPlan(
        specificationWith({ network, sampling, backend, checkpointDepths }),
      );
      assert.equal(plan.shardSize, shardSize);
    });
  }

  it("sizes the shards of other laws by what a weight of them costs", () => {
    const sizes = WEIGHT_LAWS.map((weights) => {
      const network = { width: 64, depth: 200, ...lawInput(weights) };
      const plan = new ShardPlan(
        specificationWith({ network, sampling: "dense", checkpointDepths: [200] }),
      );
      return [weights, plan.shardSize];
    });
    assert.deepEqual(Object.fromEntries(sizes), {
      gaussian: 256,
      orthogonal: 256,
      uniform: 1024,
      rademacher: 2048,
      truncated_normal: 64,
      student_t: 32,
      sparse_gaussian: 256,
    });
  });

  it("cuts isotropic networks of any width alike", () => {
    const sizes = [1, 16, 65_536, 1_000_000].map((width) => {
      const network = { width, depth: 200 };
      return new ShardPlan(specificationWith({ network, checkpointDepths: [200] })).shardSize;
    });
    assert.deepEqual(sizes, [32_768, 32_768, 32_768, 32_768]);
  });

  it("covers every replica exactly once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1000 }), (replicaCount) => {
        const plan = new ShardPlan(specificationWith({ stoppingRule: { replicaCount } }));
        let next = 0;
        for (let index = 0; index < plan.shardCount; index++) {
          const shard = plan.shard(index);
          assert.deepEqual([shard.index, shard.firstReplica], [index, next]);
          next += shard.replicaCount;
        }
        assert.equal(next, replicaCount);
      }),
      { seed: 3 },
    );
  });

  it("is the same for equal specifications, whatever they are called", () => {
    fc.assert(
      fc.property(specifications, (specification) => {
        const plan = new ShardPlan(specification);
        const other = { ...specification, displayName: "other" };
        const renamed = new ShardPlan(other);
        assert.deepEqual(taskOf(other), taskOf(specification));
        assert.deepEqual(
          [renamed.shardSize, renamed.shardCount, renamed.work(0)],
          [plan.shardSize, plan.shardCount, plan.work(0)],
        );
      }),
      { seed: 4 },
    );
  });

  it("gives the sketch positive bins for every network and checkpoint", () => {
    fc.assert(
      fc.property(specifications, (specification) => {
        const { sketchBinWidths } = taskOf(specification);
        assert.ok(sketchBinWidths.every((width) => width > 0 && Number.isFinite(width)));
      }),
      { seed: 5 },
    );
  });

  it("puts the whole task into each shard", () => {
    const specification = specificationWith({
      stoppingRule: { replicaCount: 2 * SHARD_SIZE + 5 },
      checkpointDepths: [100, 400],
      burnIn: 64,
      seed: 9n,
    });
    const plan = new ShardPlan(specification);
    assert.equal(plan.shardCount, 3);
    const { sketchBinWidths, ...task } = taskOf(specification, 2);
    assert.deepEqual(task, {
      network: specification.network,
      sampling: "isotropic",
      backend: "simd",
      seed: 9n,
      checkpointDepths: [100, 400, DEPTH],
      burnIn: 64,
      observables: [LOG_NORM_GROWTH],
      firstReplica: 64,
      replicaCount: 5,
    });
    // An eighth of σ √(l − b): bins of layers 36 and 336 from the burn-in on.
    const [first, second] = sketchBinWidths;
    assert.ok(first !== undefined && second !== undefined);
    assert.ok(Math.abs(second / first - Math.sqrt(336 / 36)) < 1e-12);
  });

  it("makes bins of an eighth of the growth's standard deviation", () => {
    const task = taskOf(specificationWith({ network: { width: 2, negativeSlope: 1 } }));
    // σ² of the linear network of width 2 is ψ′(1)/4 = π²/24.
    const expected = (Math.PI * Math.sqrt(DEPTH / 24)) / 8;
    assert.ok(Math.abs((task.sketchBinWidths[0] ?? 0) / expected - 1) < 1e-12);
  });

  it("makes bins by Gaussian weights where there is no closed form", () => {
    const [gaussian, ...others] = WEIGHT_LAWS.filter((law) => law !== "orthogonal").map(
      (weights) =>
        taskOf(specificationWith({ network: lawInput(weights), burnIn: 0 })).sketchBinWidths,
    );
    for (const widths of others) assert.deepEqual(widths, gaussian);
  });

  it("counts work in weights, in proportion to the replicas", () => {
    const isotropic = new ShardPlan(specificationWith());
    assert.equal(isotropic.work(0), SHARD_SIZE * DEPTH * 40);
    const plan = new ShardPlan(
      specificationWith({ stoppingRule: { replicaCount: SHARD_SIZE + 8 } }),
    );
    assert.equal(plan.work(0), 4 * plan.work(1));
  });
});
