import { performance } from "node:perf_hooks";

import { ShardPlan } from "../coordinator/plan/shardPlan.ts";
import { PROPAGATION } from "../shared/kinds/propagation/propagation.ts";
import { shardTask } from "../shared/kinds/propagation/shardTask.ts";
import type { PropagationSpecification } from "../shared/kinds/propagation/specification.ts";
import { loadBackend } from "../worker/backends/registry.ts";
import { computeShard } from "../worker/pool/shard.ts";

const backend = await loadBackend("simd");

/** A thread's part of a run: every `threads`-th shard, starting with the one of its own number. */
export interface BareTask {
  /** The run's specification. Its kind holds functions, which cannot go to a thread. */
  readonly fields: Omit<PropagationSpecification, "kind">;
  readonly thread: number;
  readonly threads: number;
}

/**
 * Propagates a thread's shards one after another, with nothing around the kernel: the task of a
 * thread that does nothing else.
 *
 * @returns seconds of the wall clock.
 */
export default async function propagateShards({
  fields,
  thread,
  threads,
}: BareTask): Promise<number> {
  const specification: PropagationSpecification = { kind: PROPAGATION, ...fields };
  const plan = new ShardPlan(specification);
  const start = performance.now();
  for (let index = thread; index < plan.shardCount; index += threads) {
    await computeShard(backend, shardTask(specification, plan.shard(index)));
  }
  return (performance.now() - start) / 1000;
}
