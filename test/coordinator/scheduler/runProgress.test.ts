import assert from "node:assert/strict";

import * as fc from "fast-check";

import { RunProgress } from "../../../coordinator/scheduler/runProgress.ts";
import { ShardRanges } from "../../../coordinator/plan/shardRanges.ts";
import type { PropagationSpecification } from "../../../shared/kinds/propagation/specification.ts";
import { NO_MOMENTS } from "../../../shared/statistics/moments.ts";
import {
  mergeSums,
  type CheckpointSums,
  type ShardPartial,
} from "../../../shared/statistics/replicaSums.ts";
import { PrefixFold } from "../../support/simulation/prefixFold.ts";
import { DEPTH, SHARD_SIZE, specificationWith } from "../../support/specifications.ts";
import { syntheticPartial } from "../../support/syntheticPartials.ts";

const SHARDS = 12;

/** A precision that synthetic partials meet after about `shards` shards. */
function precisionOf(shards: number, minimumReplicaCount = 2): PropagationSpecification {
  const lyapunovExponent = 1 / Math.sqrt(shards * SHARD_SIZE) / DEPTH;
  const maximumReplicaCount = SHARDS * SHARD_SIZE;
  return specificationWith({
    stoppingRule: { precision: { lyapunovExponent, minimumReplicaCount, maximumReplicaCount } },
  });
}

function countOf(shards: number): PropagationSpecification {
  return specificationWith({ stoppingRule: { replicaCount: shards * SHARD_SIZE - 3 } });
}

function partialOf(progress: RunProgress, shardIndex: number): ShardPartial {
  return syntheticPartial(progress.plan.task(shardIndex));
}

function record(progress: RunProgress, ...shards: readonly number[]): void {
  for (const shard of shards) progress.record(shard, partialOf(progress, shard));
}

/** A checkpoint at which every replica has died out. */
function extinct({ depth, survivorCount, extinctCount, quantileSketch }: CheckpointSums) {
  return {
    depth,
    survivorCount: 0,
    extinctCount: survivorCount + extinctCount,
    moments: [NO_MOMENTS],
    coMoments: [],
    quantileSketch: { binWidth: quantileSketch.binWidth, binIndexes: [], binCounts: [] },
  };
}

describe("RunProgress", () => {
  it("folds in shard order, whatever the order of arrival", () => {
    const progress = new RunProgress(countOf(4));
    record(progress, 2, 1);
    assert.deepEqual([progress.foldedShards, progress.folded], [0, undefined]);
    record(progress, 0);
    const [a, b, c] = [0, 1, 2].map((shard) => partialOf(progress, shard));
    assert.ok(a && b && c);
    assert.equal(progress.foldedShards, 3);
    assert.deepEqual(progress.folded, mergeSums(mergeSums(a, b), c));
    assert.ok(!progress.met);
    record(progress, 3);
    assert.ok(progress.met);
    assert.equal(progress.folded?.replicaCount, 4 * SHARD_SIZE - 3);
  });

  it("gives the same bits and stops at the same shard for every order of arrival", () => {
    const order = fc.shuffledSubarray([...Array(SHARDS).keys()], { minLength: SHARDS });
    const specification = fc.oneof(
      fc.integer({ min: 1, max: SHARDS }).map(countOf),
      fc.integer({ min: 1, max: SHARDS }).map((shards) => precisionOf(shards)),
    );
    fc.assert(
      fc.property(order, specification, (shards, rule) => {
        const progress = new RunProgress(rule);
        record(progress, ...shards.filter((shard) => shard < progress.plan.shardCount));
        const fold = new PrefixFold(rule);
        fold.extend((shard) => partialOf(progress, shard));
        assert.equal(progress.met, true);
        assert.equal(progress.foldedShards, fold.shardCount);
        assert.deepEqual(progress.folded, fold.sums);
      }),
      { seed: 1 },
    );
  });

  it("leaves out of the estimate what a met rule did not ask for", () => {
    const progress = new RunProgress(precisionOf(3));
    record(progress, ...Array(SHARDS).keys());
    assert.ok(progress.met && progress.foldedShards < SHARDS, String(progress.foldedShards));
    assert.equal(progress.recordedShards, SHARDS);
    assert.equal(progress.recordedReplicas, SHARDS * SHARD_SIZE);
    assert.equal(progress.folded?.replicaCount, progress.foldedShards * SHARD_SIZE);
    assert.equal(progress.live?.replicaCount, SHARDS * SHARD_SIZE);
  });

  it("knows what is recorded and takes it once", () => {
    const progress = new RunProgress(countOf(4));
    record(progress, 0, 2);
    assert.deepEqual(
      [0, 1, 2, 3].map((shard) => progress.has(shard)),
      [true, false, true, false],
    );
    assert.throws(() => {
      record(progress, 0);
    }, /shard 0 is recorded already/);
    assert.throws(() => {
      record(progress, 2);
    }, /shard 2 is recorded already/);
    assert.equal(progress.recordedReplicas, 2 * SHARD_SIZE);
  });

  it("shows live sums of everything recorded, the fold waiting or not", () => {
    const progress = new RunProgress(countOf(4));
    record(progress, 3, 1);
    assert.deepEqual(progress.live, mergeSums(partialOf(progress, 3), partialOf(progress, 1)));
  });

  it("gives the same bits with few partials in memory, beginning at a fold, in any order", () => {
    const order = fc.shuffledSubarray([...Array(SHARDS).keys()], { minLength: SHARDS });
    const specification = fc.oneof(
      fc.integer({ min: 1, max: SHARDS }).map(countOf),
      fc.integer({ min: 1, max: SHARDS }).map((shards) => precisionOf(shards)),
    );
    const start = fc.record({
      maximumWaiting: fc.nat(3),
      folded: fc.nat(SHARDS - 1),
      storedCount: fc.nat(SHARDS),
    });
    fc.assert(
      fc.property(order, specification, start, (shards, rule, beginning) => {
        const { maximumWaiting, folded, storedCount } = beginning;
        const undisturbed = new RunProgress(rule);
        const { shardCount } = undisturbed.plan;
        while (!undisturbed.met && undisturbed.foldedShards < folded) {
          record(undisturbed, undisturbed.foldedShards);
        }
        const { foldedShards, folded: sums } = undisturbed;
        const fold = sums && { shardCount: foldedShards, sums };
        const open = shards.filter((shard) => shard >= foldedShards && shard < shardCount);
        const stored = new ShardRanges();
        for (const shard of open.slice(0, storedCount)) stored.add(shard);
        const progress = new RunProgress(rule, maximumWaiting, { fold, stored: stored.toArray() });
        assert.equal(progress.recordedShards, foldedShards + stored.size);
        for (const shard of open.slice(storedCount)) record(progress, shard);
        assert.equal(progress.recordedShards, shardCount);
        assert.equal(
          progress.recordedReplicas,
          progress.plan.replicasIn({ first: 0, end: shardCount }),
        );
        while (progress.wanted !== undefined) {
          // The whole page, although some of it is known.
          const page = [0, 1, 2, 3].map((i) => (progress.wanted ?? 0) + i);
          for (const shard of page) {
            if (shard < shardCount) progress.load(shard, partialOf(progress, shard));
          }
        }
        assert.equal(progress.recordedShards, shardCount);
        while (!undisturbed.met) record(undisturbed, undisturbed.foldedShards);
        assert.ok(progress.met);
        assert.equal(progress.foldedShards, undisturbed.foldedShards);
        assert.deepEqual(progress.folded, undisturbed.folded);
      }),
      { seed: 1 },
    );
  });

  it("wants no partial that it has, and the first one in the ledger only once the fold is there", () => {
    const progress = new RunProgress(countOf(6), 1);
    record(progress, 2, 3);
    assert.equal(progress.wanted, undefined);
    record(progress, 0, 1);
    assert.deepEqual([progress.foldedShards, progress.wanted], [3, 3]);
    assert.deepEqual([progress.has(3), progress.has(4), progress.recordedShards], [true, false, 4]);
    progress.load(3, partialOf(progress, 3));
    progress.load(3, partialOf(progress, 3));
    assert.deepEqual([progress.foldedShards, progress.wanted], [4, undefined]);
    assert.deepEqual([progress.recordedShards, progress.live?.replicaCount], [4, 4 * SHARD_SIZE]);
  });

  it("estimates from the layers after the burn-in, once two replicas are known", () => {
    const progress = new RunProgress(specificationWith({ burnIn: DEPTH - 10 }));
    assert.equal(progress.estimates(), undefined);
    const partial = partialOf(progress, 0);
    progress.record(0, partial);
    const mean = partial.checkpoints.at(-1)?.moments[0]?.mean;
    assert.ok(mean !== undefined);
    assert.equal(progress.estimates()?.["lyapunovExponent"]?.estimate, mean / 10);
  });

  describe("its horizon", () => {
    it("is all of a count of replicas", () => {
      assert.equal(new RunProgress(countOf(7)).horizon, 7);
    });

    it("is the minimum of a precision before anything is known", () => {
      assert.equal(new RunProgress(precisionOf(3, 5 * SHARD_SIZE + 1)).horizon, 6);
    });

    it("doubles while all replicas go extinct, for no precision can be told", () => {
      const progress = new RunProgress(precisionOf(3));
      for (const shardIndex of [0, 1]) {
        const partial = partialOf(progress, shardIndex);
        progress.record(shardIndex, { ...partial, checkpoints: partial.checkpoints.map(extinct) });
      }
      assert.ok(!progress.met);
      assert.equal(progress.horizon, 4);
    });

    it("follows the prediction, one shard past the fold at least and to the maximum at most", () => {
      for (const shards of [1, 3, 9, 100]) {
        const progress = new RunProgress(precisionOf(shards));
        while (!progress.met) {
          const { horizon, foldedShards } = progress;
          assert.ok(
            horizon > foldedShards && horizon <= SHARDS,
            `${horizon} after ${foldedShards}`,
          );
          record(progress, foldedShards);
        }
      }
      const far = new RunProgress(precisionOf(100));
      record(far, 0);
      assert.equal(far.horizon, SHARDS);
    });
  });
});
