import assert from "node:assert/strict";

import { Scheduler } from "../../../coordinator/scheduler/scheduler.ts";
import type { RecordedShard } from "../../../coordinator/plan/recordedShard.ts";
import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";
import { digestOf, lieAbout, syntheticPartial } from "../../support/syntheticPartials.ts";

/** Somewhat more shards than a run keeps digests of. */
const FOLDED = 65_536 + 10;

describe("Scheduler: an answer that comes very late", () => {
  const specification = specificationWith({
    stoppingRule: { replicaCount: (FOLDED + 5) * SHARD_SIZE },
  });
  const plan = new ShardPlan(specification);
  const partialOf = (shardIndex: number) => syntheticPartial(plan.task(shardIndex));
  const template = partialOf(0);
  const recorded = Array.from({ length: FOLDED }, (_, shardIndex): RecordedShard => {
    const { firstReplica, replicaCount } = plan.shard(shardIndex);
    return {
      shardIndex,
      partial: { ...template, firstReplica, replicaCount },
      digest: `digest ${shardIndex}`,
    };
  });

  const answer = (shardIndex: number) => {
    const scheduler = new Scheduler();
    const devices = [{ backends: [{ name: "simd" as const, generator: "" }], slotCount: 1 }];
    scheduler.handle({ kind: "run_submitted", run: "runs/r", specification, recorded }, 0);
    scheduler.handle({ kind: "worker_joined", worker: "w", devices, heldLeases: [] }, 1);
    const partial = lieAbout(partialOf(shardIndex));
    const result = { worker: "w", lease: 999_999, run: "runs/r", shardIndex, partial };
    const digest = digestOf(partial);
    return scheduler
      .handle({ kind: "shard_result", ...result, digest, computeSeconds: 1 }, 2)
      .map(({ kind }) => kind)
      .filter((kind) => kind !== "grant");
  };

  it("is taken note of and no more, once the digest of its shard is forgotten", () => {
    assert.deepEqual(answer(9), ["acknowledge"]);
  });

  it("is compared as ever before that", () => {
    assert.ok(answer(10).includes("disagreement"));
  });
});
