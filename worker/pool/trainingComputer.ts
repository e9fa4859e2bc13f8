import { trainedWork } from "../../shared/kinds/training/costs.ts";
import { OBSERVABLES } from "../../shared/kinds/training/observables.ts";
import {
  trainingTaskFromMessage,
  type TrainingShardTask,
} from "../../shared/kinds/training/shardTask.ts";
import { sumReplicas, type ShardPartial } from "../../shared/statistics/replicaSums.ts";
import type { Backend } from "../backends/backend.ts";
import { loadBackendOf, type BackendLoader } from "./backendLoader.ts";
import { deviceFields, valuesOf } from "./shard.ts";
import type { ShardComputer } from "./shardComputer.ts";

/** Trains replicas with the backend that their task names. */
export function trainingComputer(load: BackendLoader): ShardComputer {
  return {
    prepare: (task) => loadBackendOf(load, task),
    compute: async (message, advanced) => {
      const task = trainingTaskFromMessage(message);
      const backend = await load(task.backend);
      const partial = await trainShard(backend, task, advanced);
      return { partial, propagated: trainedWork(task, task.replicaCount) };
    },
  };
}

/** Trains the replicas of a shard and sums what was seen: replicas → partial. */
async function trainShard(
  backend: Backend,
  { backend: name, sketchBinWidths, ...task }: TrainingShardTask,
  advanced: () => void,
): Promise<ShardPartial> {
  const { steps, firstReplica, replicaCount } = task;
  if (backend.train === undefined) {
    throw new Error(`its backend ${name} does not train; choose another`);
  }
  const seen = await backend.train(task, advanced);
  const values = valuesOf(OBSERVABLES, seen, steps.length, replicaCount);
  return {
    ...sumReplicas(OBSERVABLES, steps, sketchBinWidths, replicaCount, values),
    backend: name,
    generator: backend.generator,
    firstReplica,
    ...deviceFields(backend),
  };
}
