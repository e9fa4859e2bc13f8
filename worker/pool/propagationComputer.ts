import { propagationOf } from "../../shared/shard/propagation.ts";
import { shardTaskFromMessage } from "../../shared/kinds/propagation/shardTaskMessages.ts";
import { loadBackendOf, type BackendLoader } from "./backendLoader.ts";
import { computeShard } from "./shard.ts";
import type { ShardComputer } from "./shardComputer.ts";

/** Propagates replicas; a backend is loaded when a task first asks for it. */
export function propagationComputer(load: BackendLoader): ShardComputer {
  return {
    prepare: (task) => loadBackendOf(load, task),
    compute: async (message, advanced) => {
      const task = shardTaskFromMessage(message);
      const { network, backend, replicaCount } = task;
      const partial = await computeShard(await load(backend), task, advanced);
      return { partial, propagated: propagationOf(network, backend, replicaCount) };
    },
  };
}
