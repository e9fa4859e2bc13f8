import assert from "node:assert/strict";

import { convergence } from "../../../coordinator/simulations/convergence.ts";
import { RunProgress } from "../../../coordinator/scheduler/runProgress.ts";
import type { RecordedShard } from "../../../coordinator/plan/recordedShard.ts";
import type { PropagationSpecification } from "../../../shared/kinds/propagation/specification.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";
import { digestOf, syntheticPartial } from "../../support/syntheticPartials.ts";

function specificationOf(shards: number): PropagationSpecification {
  return specificationWith({ stoppingRule: { replicaCount: shards * SHARD_SIZE } });
}

async function* recorded(
  specification: PropagationSpecification,
  indexes: Iterable<number>,
): AsyncIterable<RecordedShard> {
  const { plan } = new RunProgress(specification);
  for (const shardIndex of indexes) {
    const partial = syntheticPartial(plan.task(shardIndex));
    yield { shardIndex, partial, digest: digestOf(partial) };
  }
}

describe("convergence", () => {
  it("has the estimates of every prefix that it names, bit for bit", async () => {
    const specification = specificationOf(12);
    const points = await convergence(specification, recorded(specification, Array(12).keys()), 12);
    const progress = new RunProgress(specification);
    const { plan } = progress;
    for (const { shardCount = 0, replicaCount, ...estimates } of points) {
      while (progress.foldedShards < shardCount) {
        const next = progress.foldedShards;
        progress.record(next, syntheticPartial(plan.task(next)));
      }
      assert.equal(replicaCount, progress.folded?.replicaCount);
      const shown = estimates.survivors ?? estimates;
      assert.equal(
        shown.lyapunovExponent?.estimate,
        progress.estimates()?.["lyapunovExponent"]?.estimate,
      );
      assert.equal(shown.variance?.upper, progress.estimates()?.["variance"]?.upper);
    }
    assert.deepEqual(
      points.map(({ shardCount }) => shardCount),
      [1, 2, 3, 4, 5, 6, 8, 10, 12],
    );
  });

  it("stops where the estimate does, and where a shard is missing", async () => {
    const specification = specificationOf(12);
    const shardsOf = async (indexes: readonly number[], shardCount: number) => {
      const points = await convergence(specification, recorded(specification, indexes), shardCount);
      return points.map((point) => point.shardCount);
    };
    assert.deepEqual(await shardsOf([...Array(12).keys()], 7), [1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(await shardsOf([0, 1, 3, 4], 4), [1, 2]);
    assert.deepEqual(await shardsOf([0, 1], 0), []);
    assert.deepEqual(await shardsOf([], 0), []);
  });
});
