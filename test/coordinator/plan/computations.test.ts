import assert from "node:assert/strict";

import {
  ComputationTally,
  computedAlike,
  MAXIMUM_COMPUTATIONS,
} from "../../../coordinator/plan/computations.ts";
import type { ShardPartial } from "../../../shared/statistics/replicaSums.ts";
import { recordedShard } from "../../support/ledgerRecords.ts";

function shard(changes: Partial<ShardPartial> = {}): ShardPartial {
  return { ...recordedShard(0).partial, replicaCount: 10, generator: "g", ...changes };
}

describe("who computed a run", () => {
  it("is one entry for shards that were computed alike, and one for each other kind", () => {
    const tally = new ComputationTally();
    const card = { backend: "webgpu", device: "a card", driver: "1", software: true } as const;
    tally.add(shard());
    tally.add(shard({ ...card, recomputedReplicaCount: 2 }));
    tally.add(shard({ replicaCount: 5 }));
    tally.add(shard({ ...card, recomputedReplicaCount: 1 }));
    tally.add(shard({ ...card, driver: "2" }));
    assert.deepEqual(tally.computations, [
      ...computedAlike({ backend: "simd", generator: "g", shardCount: 2, replicaCount: 15 }),
      { ...card, generator: "g", shardCount: 2, replicaCount: 20, recomputedReplicaCount: 3 },
      {
        ...card,
        driver: "2",
        generator: "g",
        shardCount: 1,
        replicaCount: 10,
        recomputedReplicaCount: 0,
      },
    ]);
  });

  it("goes on from what was counted before", () => {
    const before = new ComputationTally();
    before.add(shard());
    const tally = new ComputationTally(before.computations);
    tally.add(shard());
    assert.deepEqual(
      tally.computations,
      computedAlike({ backend: "simd", generator: "g", shardCount: 2, replicaCount: 20 }),
    );
  });

  it("is a bounded list, in which no replica is lost", () => {
    const tally = new ComputationTally();
    const count = 3 * MAXIMUM_COMPUTATIONS;
    for (let i = 0; i < count; i++) tally.add(shard({ device: `card ${i}` }));
    const { computations } = tally;
    assert.equal(computations.length, MAXIMUM_COMPUTATIONS);
    assert.equal(computations.at(-1)?.device, "others");
    const replicas = computations.reduce((sum, { replicaCount }) => sum + replicaCount, 0);
    assert.equal(replicas, 10 * count);
  });
});
