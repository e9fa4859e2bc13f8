/**
 * The replica of a set whose first observable is smallest at the last checkpoint; of equal ones, that
 * with the lowest index. A replica that is extinct there never is.
 */
export interface Champion {
  /** The replica's index in its run. */
  readonly replica: number;
  /** The replica's observables at the last checkpoint, in their order; the first decided. */
  readonly values: readonly number[];
}

/**
 * Finds the champion among replicas; undefined if all of them are extinct.
 *
 * @param values the observables, an array of shape [checkpoints][observables][replicas], row-major.
 */
export function championOf(
  observableCount: number,
  firstReplica: number,
  replicaCount: number,
  values: Float64Array,
): Champion | undefined {
  const last = values.subarray(values.length - observableCount * replicaCount);
  let best = -1;
  for (let replica = 0; replica < replicaCount; replica++) {
    const value = last[replica] as number;
    if (value === -Infinity) continue;
    if (best === -1 || value < (last[best] as number)) best = replica;
  }
  if (best === -1) return undefined;
  return {
    replica: firstReplica + best,
    values: Array.from(
      { length: observableCount },
      (_, observable) => last[observable * replicaCount + best] as number,
    ),
  };
}

/** The champion of two disjoint sets of replicas, given theirs; undefined if neither has one. */
export function mergeChampions(
  a: Champion | undefined,
  b: Champion | undefined,
): Champion | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const [valueA, valueB] = [a.values[0] as number, b.values[0] as number];
  const isA = valueA === valueB ? a.replica < b.replica : valueA < valueB;
  return isA ? a : b;
}

/**
 * True if two champions can be of the same replicas, each observed twice with no two observations
 * further apart than `allowed`.
 */
export function areChampionsWithin(
  a: Champion | undefined,
  b: Champion | undefined,
  allowed: number,
): boolean {
  if (a === undefined || b === undefined) return a === b;
  // Where two replicas are about equal, either may have won; only the smallest value is then known.
  const compared = a.replica === b.replica ? a.values.length : 1;
  return a.values
    .slice(0, compared)
    .every((value, i) => Math.abs(value - (b.values[i] as number)) <= allowed);
}
