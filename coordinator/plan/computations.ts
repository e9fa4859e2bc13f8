import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";

/** How much of a run was computed alike: by one backend with one generator, on one kind of device. */
export interface Computation {
  readonly backend: string;
  readonly generator: string;
  /** The device, for people; empty where it is the processor of the backend's process. */
  readonly device: string;
  /** The device's driver with its version; empty where it has none. */
  readonly driver: string;
  /** True if a processor played the part of the device. */
  readonly software: boolean;
  readonly shardCount: number;
  readonly replicaCount: number;
  /** Replicas that the device doubted, and that the processor computed anew. */
  readonly recomputedReplicaCount: number;
}

/** The one entry of shards that were all computed alike, on the processors of workers. */
export function computedAlike(
  alike: Pick<Computation, "backend" | "generator" | "shardCount" | "replicaCount">,
): readonly Computation[] {
  return [{ ...alike, device: "", driver: "", software: false, recomputedReplicaCount: 0 }];
}

/** Most kinds of device that are told apart; all that come after them are counted as others. */
export const MAXIMUM_COMPUTATIONS = 64;

/** Counts who computed how much of a run. */
export class ComputationTally {
  readonly #computations = new Map<string, Computation>();

  constructor(computations: readonly Computation[] = []) {
    for (const computation of computations) this.#add(computation);
  }

  get computations(): readonly Computation[] {
    return [...this.#computations.values()];
  }

  /** Counts a shard. */
  add({ backend, generator, ...partial }: ShardPartial): void {
    const { device = "", driver = "", software = false, recomputedReplicaCount = 0 } = partial;
    const { replicaCount } = partial;
    const shard = { shardCount: 1, replicaCount, recomputedReplicaCount };
    this.#add({ backend, generator, device, driver, software, ...shard });
  }

  #add(added: Computation): void {
    const key = keyOf(added);
    const before = this.#computations.get(key);
    if (before !== undefined) this.#computations.set(key, sum(before, added));
    else if (this.#computations.size < MAXIMUM_COMPUTATIONS - 1) this.#computations.set(key, added);
    else this.#addOther(added);
  }

  /** Counts what finds no place of its own: nobody's words are repeated without end. */
  #addOther(added: Computation): void {
    const other = { ...added, backend: "", generator: "", device: "others", driver: "" };
    const key = keyOf(other);
    const before = this.#computations.get(key);
    this.#computations.set(key, before === undefined ? other : sum(before, other));
  }
}

function keyOf({ backend, generator, device, driver, software }: Computation): string {
  return JSON.stringify([backend, generator, device, driver, software]);
}

function sum(before: Computation, added: Computation): Computation {
  return {
    ...before,
    shardCount: before.shardCount + added.shardCount,
    replicaCount: before.replicaCount + added.replicaCount,
    recomputedReplicaCount: before.recomputedReplicaCount + added.recomputedReplicaCount,
  };
}
