import { performance } from "node:perf_hooks";

import type { BackendName } from "../../shared/specification/backends.ts";
import type { ShardTask } from "../../shared/shard/shardTask.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import type { Backend } from "../backends/backend.ts";
import { loadBackend } from "../backends/registry.ts";
import { computeShard } from "./shard.ts";

/** What a thread is given. */
export interface ThreadTask {
  readonly task: ShardTask;
  /** One cell, which it counts up as it gets on. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

/** What a thread hands back. */
export interface ComputedShard {
  readonly partial: ShardPartial;
  readonly computeSeconds: number;
}

const backends = new Map<BackendName, Promise<Backend>>();

/** The task of a piscina thread. */
export default async function compute({ task, progress }: ThreadTask): Promise<ComputedShard> {
  const loading = backends.get(task.backend) ?? loadBackend(task.backend);
  backends.set(task.backend, loading);
  const backend = await loading;
  const advanced = () => {
    Atomics.add(progress, 0, 1);
  };
  advanced();
  const start = performance.now();
  const partial = await computeShard(backend, task, advanced);
  return { partial, computeSeconds: (performance.now() - start) / 1000 };
}
