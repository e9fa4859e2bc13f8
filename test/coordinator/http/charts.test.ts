import assert from "node:assert/strict";

import { chartsOf } from "../../../coordinator/http/charts.ts";
import { estimateExponents } from "../../../shared/statistics/estimate.ts";
import { sumReplicas } from "../../../shared/statistics/replicaSums.ts";
import { Random } from "../../support/random.ts";
import { specificationWith } from "../../support/specifications.ts";
import { observables } from "../../support/observables.ts";

const REPLICAS = 20_000;
const DEPTHS = [2, 50];
const SPECIFICATION = specificationWith({ stoppingRule: { replicaCount: REPLICAS } });

/** Growth of mean −0.1 and variance 0.04 a layer. */
function growths(): Float64Array {
  const random = new Random(91);
  return Float64Array.from({ length: DEPTHS.length * REPLICAS }, (_, i) => {
    const depth = DEPTHS[Math.floor(i / REPLICAS)] as number;
    return -0.1 * depth + 0.2 * Math.sqrt(depth) * random.normal();
  });
}

describe("chartsOf", () => {
  const values = growths();
  const sums = sumReplicas(observables("growth"), DEPTHS, [0.01, 0.01], REPLICAS, values);
  const charts = chartsOf(SPECIFICATION, sums, []);

  it("has λ̂ with its interval at each depth", () => {
    assert.deepEqual(
      charts.depths,
      sums.checkpoints.map((checkpoint) => {
        const { lyapunovExponent } =
          estimateExponents(checkpoint, checkpoint.depth, SPECIFICATION.level) ?? assert.fail();
        const { estimate, lower, upper } = lyapunovExponent;
        return { depth: checkpoint.depth, estimate, lower, upper };
      }),
    );
  });

  it("has a histogram whose bins count the growths that they hold", () => {
    const { binWidth, bins, depth, survivorCount, standardDeviation } =
      charts.fluctuations ?? assert.fail();
    assert.equal(depth, 50);
    assert.equal(survivorCount, REPLICAS);
    assert.ok(binWidth >= 0.2 * standardDeviation);
    assert.ok(binWidth < 0.4 * standardDeviation);
    const last = values.subarray(REPLICAS);
    for (const { lower, count } of bins) {
      const held = last.filter((growth) => growth >= lower && growth < lower + binWidth);
      // A growth on a border may be on either side of it, by rounding.
      assert.ok(Math.abs(held.length - count) <= 1, `${lower}: ${count}, not ${held.length}`);
    }
    assert.equal(
      bins.reduce((sum, { count }) => sum + count, 0),
      REPLICAS,
    );
  });

  it("has nothing to draw before the first shard", () => {
    assert.deepEqual(chartsOf(SPECIFICATION, undefined, []), {
      history: [],
      depths: [],
      fluctuations: null,
    });
  });

  it("draws no fluctuations where nothing fluctuates", () => {
    const still = new Float64Array(values.length).fill(-0.5);
    const same = sumReplicas(observables("growth"), DEPTHS, [0.01, 0.01], REPLICAS, still);
    assert.equal(chartsOf(SPECIFICATION, same, []).fluctuations, null);
  });
});
