import type { RunRecord, SweepRecord } from "../../coordinator/ledger/ledger.ts";
import type { RecordedShard } from "../../coordinator/plan/recordedShard.ts";
import { ShardPlan } from "../../coordinator/plan/shardPlan.ts";
import { SHARD_SIZE, specificationWith } from "./specifications.ts";
import { digestOf, syntheticPartial } from "./syntheticPartials.ts";

const specification = specificationWith({
  seed: 2n ** 64n - 1n,
  stoppingRule: { replicaCount: 20 * SHARD_SIZE },
  displayName: "λ ≈ 0",
});
const plan = new ShardPlan(specification);

export function runRecord(name: string, changes: Partial<RunRecord> = {}): RunRecord {
  return {
    name,
    specification,
    state: "QUEUED",
    error: "",
    client: "token alice",
    createTime: 1_700_000_000_000,
    revision: 1,
    ...changes,
  };
}

export function sweepRecord(name: string, runs: readonly string[] = []): SweepRecord {
  return { name, displayName: "a sweep", runs, createTime: 1_700_000_000_000 };
}

export function recordedShard(shardIndex: number): RecordedShard {
  const partial = syntheticPartial(plan.task(shardIndex));
  return { shardIndex, partial, digest: digestOf(partial).slice(0, 16) };
}
