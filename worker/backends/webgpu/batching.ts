import type { Kernel } from "./kernel.ts";

/** A task of which replicas wait to be put into a batch. */
export interface WaitingReplicas {
  /** Tasks with the same group may share a batch: they differ in seed, replicas and gain. */
  readonly group: string;
  /** The number of its replicas that are in no batch yet. */
  readonly waiting: number;
}

/** The next replicas of a task, as a part of a batch. */
export interface Share<T> {
  readonly task: T;
  readonly count: number;
}

/** The next batch of a group: replicas in the order in which they came, `capacity` at most. */
export function nextShares<T extends WaitingReplicas>(
  tasks: readonly T[],
  group: string,
  capacity: number,
): Share<T>[] {
  const shares: Share<T>[] = [];
  let free = capacity;
  for (const task of tasks) {
    const count = Math.min(free, task.waiting);
    if (count === 0 || task.group !== group) continue;
    shares.push({ task, count });
    free -= count;
  }
  return shares;
}

/** What bounds a batch, beside the kernel. */
export interface BatchBounds {
  /** Threads that fill the device. */
  readonly threads: number;
  /** Bytes of device memory that a batch may take. */
  readonly bytes: number;
  /** Longest time that one layer of a batch may take. */
  readonly layerSeconds: number;
}

/**
 * The number of replicas that a batch should have at most: those that fill the device, as long as its
 * memory holds them and a layer of them is done in time; whole workgroups where there is room for one.
 * It is 0 where the device's memory does not hold even one.
 *
 * @param replicaLayerSeconds time that a layer of one replica takes, in a batch
 */
export function batchCapacity(
  kernel: Pick<Kernel, "bytesPerReplica" | "replicasPerWorkgroup" | "threadsPerReplica">,
  { threads, bytes, layerSeconds }: BatchBounds,
  replicaLayerSeconds: number,
): number {
  const { bytesPerReplica, replicasPerWorkgroup, threadsPerReplica } = kernel;
  const fitting = Math.floor(bytes / bytesPerReplica);
  const wanted = Math.min(threads / threadsPerReplica, layerSeconds / replicaLayerSeconds);
  const workgroups = Math.floor(Math.min(wanted, fitting) / replicasPerWorkgroup);
  return Math.min(fitting, replicasPerWorkgroup * Math.max(1, workgroups));
}
