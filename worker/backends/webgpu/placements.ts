import type { ReplicaSlot } from "./kernel.ts";
import type { CopiedStates } from "./states.ts";
import type { WaitingTask } from "./waitingTask.ts";

/** Successive replicas of a task in successive slots of a batch. */
export interface Placement {
  readonly task: WaitingTask;
  /** Place of the first replica in its task. */
  readonly place: number;
  readonly count: number;
}

/** The slots of a batch, in the order of its placements. */
export function slotsOf(placements: readonly Placement[]): ReplicaSlot[] {
  return placements.flatMap(({ task: { task }, place, count }) =>
    Array.from({ length: count }, (_, i) => ({
      seed: task.seed,
      replica: task.firstReplica + place + i,
    })),
  );
}

/** Splits placements in two, of which the first has `count` replicas. */
export function splitPlacements(
  placements: readonly Placement[],
  count: number,
): [Placement[], Placement[]] {
  const [head, tail]: [Placement[], Placement[]] = [[], []];
  let room = count;
  for (const placement of placements) {
    const { task, place } = placement;
    const inHead = Math.min(room, placement.count);
    const inTail = placement.count - inHead;
    room -= inHead;
    if (inHead > 0) head.push({ task, place, count: inHead });
    if (inTail > 0) tail.push({ task, place: place + inHead, count: inTail });
  }
  return [head, tail];
}

/** Takes the growths of a batch's replicas to the tasks that they belong to. */
export class GrowthCollector {
  readonly #placements: readonly Placement[];
  readonly #kernelDrift: number;
  readonly #initial: Float64Array;

  constructor(placements: readonly Placement[], kernelDrift: number) {
    this.#placements = placements;
    this.#kernelDrift = kernelDrift;
    this.#initial = new Float64Array(placements.reduce((sum, { count }) => sum + count, 0));
  }

  /** The states at the initial inputs, from which growth counts. */
  started(states: CopiedStates): void {
    for (const slot of this.#initial.keys()) this.#initial[slot] = states.logNorm(slot);
  }

  /** The states at one of the depths. */
  looked(position: number, states: CopiedStates): void {
    let slot = 0;
    for (const { task, place, count } of this.#placements) {
      const { replicaCount, depths } = task.task;
      const drift = (depths[position] as number) * (task.activation.drift + this.#kernelDrift);
      const at = position * replicaCount + place;
      for (let i = 0; i < count; i++, slot++) {
        task.values[at + i] = states.logNorm(slot) - (this.#initial[slot] as number) + drift;
      }
    }
  }

  /** The states when a submission is done; returns whether no replica can change any more. */
  landed(states: CopiedStates): boolean {
    let slot = 0;
    let isSettled = true;
    for (const { task, place, count } of this.#placements) {
      for (let i = 0; i < count; i++, slot++) {
        const isDoubted = states.isDoubted(slot);
        if (isDoubted) task.doubted.add(place + i);
        isSettled &&= isDoubted || states.isExtinct(slot) || task.hasFailed;
      }
    }
    return isSettled;
  }
}
