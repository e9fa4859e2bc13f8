import type { ShardTask } from "../../shared/shard/shardTask.ts";
import { sumReplicas, type ShardPartial } from "../../shared/statistics/replicaSums.ts";
import type { Backend, ReplicaObservables } from "../backends/backend.ts";

/**
 * Propagates the replicas of a shard and sums what was seen: replicas → partial.
 *
 * @param advanced is called whenever the backend has got on.
 */
export async function computeShard(
  backend: Backend,
  task: ShardTask,
  advanced?: () => void,
): Promise<ShardPartial> {
  const { network, sampling, seed, checkpointDepths, burnIn, firstReplica, replicaCount } = task;
  const depths = burnIn > 0 ? [burnIn, ...checkpointDepths] : checkpointDepths;
  const seen = await backend.propagate(
    { network, sampling, seed, depths, firstReplica, replicaCount },
    advanced,
  );
  const values = burnIn > 0 ? sinceFirstDepth(seen, replicaCount) : seen.values;
  return {
    ...sumReplicas(seen.names, checkpointDepths, task.sketchBinWidths, replicaCount, values),
    backend: task.backend,
    generator: backend.generator,
    firstReplica,
  };
}

/** Values at every depth but the first, less those at the first; −∞ stays −∞. */
function sinceFirstDepth(
  { names, values }: ReplicaObservables,
  replicaCount: number,
): Float64Array {
  const row = names.length * replicaCount;
  return values.slice(row).map((value, i) => {
    return value === -Infinity ? value : value - (values[i % row] as number);
  });
}
