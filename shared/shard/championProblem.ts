import type { ShardPartial } from "../statistics/replicaSums.ts";
import type { PartialShape } from "./partialShape.ts";

/**
 * Says why a partial cannot have the champion that it names, or none; undefined if it can. The rest of
 * the partial has been found possible.
 */
export function championProblem(
  { hasChampion = false, observables }: PartialShape,
  { firstReplica, replicaCount }: Pick<ShardPartial, "firstReplica" | "replicaCount">,
  { champion, checkpoints }: ShardPartial,
): string | undefined {
  if (!hasChampion) return champion && "it names a champion, which its run does not ask for";
  const last = checkpoints.at(-1);
  const isAlive = (last?.survivorCount ?? 0) > 0;
  if (champion === undefined) return isAlive ? "it names no champion" : undefined;
  if (last === undefined || !isAlive) return "it names a champion, and all replicas are extinct";
  const { replica, values } = champion;
  if (!(replica >= firstReplica && replica < firstReplica + replicaCount)) {
    return `its champion, replica ${replica}, is not in the shard`;
  }
  if (values.length !== observables.length) {
    return `its champion has ${values.length} observables, not ${observables.length}`;
  }
  // Comparisons with NaN are false.
  if (!observables.every(({ bound }, i) => Math.abs(values[i] as number) <= bound(last.depth))) {
    return "its champion's observables are not those of so many layers";
  }
  const { minimum } = last.quantileSketch;
  if (values[0] !== minimum) {
    return `its champion has the value ${values[0]}, and the smallest of all is ${minimum}`;
  }
  return undefined;
}
