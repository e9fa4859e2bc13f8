import type { ShardTask } from "../../shared/kinds/propagation/shardTask.ts";
import { clipped } from "../../shared/specification/violations.ts";
import type { Observable } from "../../shared/statistics/observable.ts";
import { sumReplicas, type ShardPartial } from "../../shared/statistics/replicaSums.ts";
import type { Backend, ReplicaObservables } from "../backends/backend.ts";

/** One less than the contract takes: what is cut ends with an ellipsis. */
const MAXIMUM_TEXT_LENGTH = 199;

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
  const { observables, sketchBinWidths } = task;
  const depths = burnIn > 0 ? [burnIn, ...checkpointDepths] : checkpointDepths;
  const seen = await backend.propagate(
    { network, sampling, seed, depths, firstReplica, replicaCount },
    advanced,
  );
  const chosen = valuesOf(observables, seen, depths.length, replicaCount);
  const values = burnIn > 0 ? sinceFirstDepth(observables, chosen, replicaCount) : chosen;
  return {
    ...sumReplicas(observables, checkpointDepths, sketchBinWidths, replicaCount, values),
    backend: task.backend,
    generator: backend.generator,
    firstReplica,
    ...deviceFields(backend),
    ...(seen.recomputedCount !== undefined && { recomputedReplicaCount: seen.recomputedCount }),
  };
}

/** What a partial says of the device that its backend computes on. */
export function deviceFields({
  device,
}: Backend): Pick<ShardPartial, "device" | "driver" | "software"> {
  if (device === undefined) return {};
  return {
    device: clipped(device.description, MAXIMUM_TEXT_LENGTH),
    driver: clipped(device.driver, MAXIMUM_TEXT_LENGTH),
    ...(device.isSoftware && { software: true }),
  };
}

/** The values of the observables that the task asks for, in its order. */
export function valuesOf(
  observables: readonly Observable[],
  { names, values }: ReplicaObservables,
  depthCount: number,
  replicaCount: number,
): Float64Array {
  const places = observables.map(({ name }) => {
    const place = names.indexOf(name);
    if (place === -1) throw new Error(`its backend does not observe ${name}; choose another`);
    return place;
  });
  if (places.length === names.length && places.every((place, i) => place === i)) return values;
  const chosen = new Float64Array(depthCount * places.length * replicaCount);
  for (let depth = 0; depth < depthCount; depth++) {
    for (const [i, place] of places.entries()) {
      const from = (depth * names.length + place) * replicaCount;
      const row = values.subarray(from, from + replicaCount);
      chosen.set(row, (depth * places.length + i) * replicaCount);
    }
  }
  return chosen;
}

/**
 * Values at every depth but the first, less those at the first where the observable is counted from
 * there; −∞ stays −∞.
 */
function sinceFirstDepth(
  observables: readonly Observable[],
  values: Float64Array,
  replicaCount: number,
): Float64Array {
  const row = observables.length * replicaCount;
  return values.slice(row).map((value, i) => {
    const isSince = observables[Math.floor((i % row) / replicaCount)]?.sinceBurnIn === true;
    return isSince && value !== -Infinity ? value - (values[i % row] as number) : value;
  });
}
