import assert from "node:assert/strict";

import { estimateFields } from "../../../../shared/kinds/propagation/estimateFields.ts";
import { ShardPlan } from "../../../../coordinator/plan/shardPlan.ts";
import type { PropagationSpecification } from "../../../../shared/kinds/propagation/specification.ts";
import { WEIGHT_LAWS } from "../../../../shared/network/weights.ts";
import type { ShardPartial } from "../../../../shared/statistics/replicaSums.ts";
import { lawInput } from "../../../support/laws.ts";
import { SHARD_SIZE, specificationWith } from "../../../support/specifications.ts";
import { syntheticPartial } from "../../../support/syntheticPartials.ts";

/** A shard's partial with a number of replicas extinct. */
function partialOf(specification: PropagationSpecification, extinctCount: number): ShardPartial {
  const partial = syntheticPartial(new ShardPlan(specification).task(0));
  const survivorCount = partial.replicaCount - extinctCount;
  const checkpoints = partial.checkpoints.map((at) => ({ ...at, survivorCount, extinctCount }));
  return { ...partial, checkpoints };
}

function estimates(network: object, extinctCount: number) {
  const specification = specificationWith({ network });
  return estimateFields(specification, partialOf(specification, extinctCount));
}

/** A network of each law, with shards of 32 replicas or more. */
const LAWS = WEIGHT_LAWS.map((weights) => ({ width: 1, ...lawInput(weights) }));

describe("estimateFields", () => {
  for (const network of LAWS) {
    const { weights } = network;
    it(`reports λ of ${weights} networks that all survive`, () => {
      const { lyapunovExponent, variance, survivors } = estimates(network, 0);
      for (const estimate of [lyapunovExponent, variance]) {
        assert.equal(typeof estimate.estimate, "number");
        assert.notEqual(estimate.extinct, true);
      }
      assert.equal(survivors, undefined);
    });

    it(`reports λ = −∞ as soon as a ${weights} network is extinct, and survivors beside it`, () => {
      const { lyapunovExponent, variance, survivors } = estimates(network, 1);
      for (const estimate of [lyapunovExponent, variance]) {
        assert.deepEqual([estimate.extinct, estimate.estimate], [true, undefined]);
      }
      assert.equal(typeof survivors?.lyapunovExponent?.estimate, "number");
      assert.ok(Number(survivors?.survivalRatio) < 1);
      // A value that is exact for all replicas is not for those that happened to survive.
      assert.equal(survivors?.lyapunovExponent?.z, undefined);
    });

    it(`reports λ = −∞ of ReLU with ${weights} weights, whether or not one is extinct yet`, () => {
      const { lyapunovExponent, survivors } = estimates({ ...network, negativeSlope: 0 }, 0);
      assert.deepEqual([lyapunovExponent.extinct, lyapunovExponent.estimate], [true, undefined]);
      assert.equal(survivors?.survivalRatio, 1);
    });
  }

  it("compares with what is exact for the same replicas, and with nothing else", () => {
    // A shard's 32 replicas are enough for a z-score, which asks for 30 survivors.
    assert.equal(SHARD_SIZE, 32);
    const leaky = estimates({ weights: "gaussian" }, 0);
    assert.equal(typeof leaky.lyapunovExponent.z, "number");
    const relu = estimates({ weights: "gaussian", negativeSlope: 0 }, 2);
    assert.equal(relu.lyapunovExponent.z, undefined);
    assert.equal(typeof relu.survivors?.lyapunovExponent?.z, "number");
    assert.equal(estimates({ weights: "uniform" }, 0).lyapunovExponent.z, undefined);
  });

  it("makes nothing up where nothing has arrived", () => {
    const specification = specificationWith({ network: { weights: "uniform" } });
    const { lyapunovExponent, survivors } = estimateFields(specification, undefined);
    assert.deepEqual([lyapunovExponent, survivors], [{ level: 0.95 }, undefined]);
  });
});
