import { BACKENDS, type BackendName } from "../../shared/specification/backends.ts";
import { propagationOf } from "../../shared/shard/propagation.ts";
import { shortName } from "../../shared/wire/enumerations.ts";
import { shardTaskFromMessage } from "../../shared/kinds/propagation/shardTaskMessages.ts";
import type { Backend } from "../backends/backend.ts";
import { computeShard } from "./shard.ts";
import type { ShardComputer } from "./shardComputer.ts";

/** Loads a backend, or says in one sentence why it cannot be had here. */
export type BackendLoader = (name: BackendName) => Promise<Backend>;

/** Propagates replicas; each backend is loaded once, when a task first asks for it. */
export function propagationComputer(load: BackendLoader): ShardComputer {
  const backends = new Map<BackendName, Promise<Backend>>();
  const loaded = (name: BackendName): Promise<Backend> => {
    const loading = backends.get(name) ?? load(name);
    backends.set(name, loading);
    return loading;
  };
  return {
    prepare: async ({ backend }) => {
      const name = BACKENDS.find((known) => known === shortName("backend", backend));
      // An unknown backend is the task's fault: reading the task says so.
      if (name !== undefined) await loaded(name);
    },
    compute: async (message, advanced) => {
      const task = shardTaskFromMessage(message);
      const { network, backend, replicaCount } = task;
      const partial = await computeShard(await loaded(backend), task, advanced);
      return { partial, propagated: propagationOf(network, backend, replicaCount) };
    },
  };
}
