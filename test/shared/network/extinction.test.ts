import assert from "node:assert/strict";

import { survivalBound } from "../../../shared/network/extinction.ts";
import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";
import { WEIGHT_LAWS } from "../../../shared/network/weights.ts";
import { lawInput } from "../../support/laws.ts";
import { Random } from "../../support/random.ts";

function network(change: object) {
  const input = { width: 3, depth: 12, negativeSlope: 0, weights: "gaussian", gain: 1, ...change };
  return parsePropagation({ network: input, stoppingRule: { replicaCount: 2 } }).network;
}

/** Share of sparse networks with activations left, counted from layer to layer. */
function sparseSurvival(
  { width, depth, density }: { width: number; depth: number; density: number },
  isRelu: boolean,
): number {
  const random = new Random(5);
  const count = 20_000;
  let survivors = 0;
  for (let replica = 0; replica < count; replica++) {
    let active = width;
    for (let layer = 0; layer < depth && active > 0; layer++) {
      const reached = (1 - (1 - density) ** active) * (isRelu ? 0.5 : 1);
      let next = 0;
      for (let unit = 0; unit < width; unit++) if (random.chance(reached)) next++;
      active = next;
    }
    if (active > 0) survivors++;
  }
  return survivors / count;
}

describe("survivalBound", () => {
  it("is what survives of ReLU networks by every law whose sums are never zero", () => {
    const expected = (1 - 1 / 8) ** 12;
    for (const weights of WEIGHT_LAWS.filter((law) => law !== "sparse_gaussian")) {
      const bound = survivalBound(network(lawInput(weights)));
      assert.ok(Math.abs(bound - expected) < 1e-15, weights);
    }
  });

  it("is all where nothing can be zero", () => {
    for (const weights of WEIGHT_LAWS.filter((law) => law !== "sparse_gaussian")) {
      assert.equal(survivalBound(network({ ...lawInput(weights), negativeSlope: -2 })), 1, weights);
    }
    const full = { weights: "sparse_gaussian", density: 1 };
    assert.equal(survivalBound(network({ ...full, negativeSlope: 0.1 })), 1);
  });

  for (const shape of [
    { width: 1, depth: 3, density: 0.5 },
    { width: 4, depth: 10, density: 0.2 },
    { width: 4, depth: 10, density: 0.9 },
    { width: 30, depth: 10, density: 0.02 },
    { width: 30, depth: 5, density: 0.05 },
  ]) {
    for (const isRelu of [true, false]) {
      const { width, depth, density } = shape;
      it(`bounds sparse networks: ${width}×${depth}, p ${density}, ${isRelu ? "ReLU" : "leaky"}`, () => {
        const negativeSlope = isRelu ? 0 : 0.5;
        const bound = survivalBound(
          network({ ...shape, weights: "sparse_gaussian", negativeSlope }),
        );
        // Four standard errors of 20,000 replicas at most: exceeded once in 30,000 tests.
        const error = 4 * Math.sqrt(bound / 20_000);
        const survival = sparseSurvival(shape, isRelu);
        assert.ok(survival <= bound + error, `${survival} of ${bound}`);
        assert.ok(bound <= 1);
      });
    }
  }

  it("is no empty promise: sparse networks below one weight a unit are known to die out", () => {
    const dying = network({ width: 30, depth: 40, density: 0.02, weights: "sparse_gaussian" });
    assert.ok(survivalBound(dying) < 1e-18);
    const linear = network({
      width: 1,
      depth: 6,
      density: 0.5,
      weights: "sparse_gaussian",
      negativeSlope: 1,
    });
    assert.ok(Math.abs(survivalBound(linear) - 2 ** -6) < 1e-12);
  });
});
