import type { RecordedShard } from "../../../coordinator/plan/recordedShard.ts";
import type { Fold } from "../../../coordinator/plan/fold.ts";
import type { PropagationSpecification } from "../../../shared/kinds/propagation/specification.ts";
import type { Random } from "../random.ts";
import type { Timeline } from "./timeline.ts";
import { demand } from "./violation.ts";

type SimulatedRunState = "active" | "succeeded" | "failed" | "cancelled";

export interface SimulatedRun {
  readonly specification: PropagationSpecification;
  readonly state: SimulatedRunState;
}

interface QueuedWrite {
  readonly write: () => void;
  readonly whenDurable: () => void;
}

/**
 * A ledger on a slow disk. Writes become durable after a while, all that wait meanwhile in one
 * batch, as with LedgerWriter. A crash loses what was not committed.
 */
export class SimulatedLedger {
  readonly runs = new Map<string, SimulatedRun>();
  /** The kept fold of each run's first shards, for a coordinator to begin with. */
  readonly folds = new Map<string, Fold>();
  readonly #shards = new Map<string, Map<number, RecordedShard>>();
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #commitSeconds: number;
  #queue: QueuedWrite[] = [];
  #committing: QueuedWrite[] | undefined;

  constructor(timeline: Timeline, random: Random) {
    this.#timeline = timeline;
    this.#random = random;
    this.#commitSeconds = random.pick([0.01, 0.1, 1]);
  }

  /** The durable shards of a run. */
  shards(run: string): ReadonlyMap<number, RecordedShard> {
    return this.#shards.get(run) ?? new Map<number, RecordedShard>();
  }

  /** The durable shards of a run from an index on, ascending. */
  shardsFrom(run: string, from: number): RecordedShard[] {
    const shards = [...this.shards(run).values()].filter(({ shardIndex }) => shardIndex >= from);
    return shards.toSorted((a, b) => a.shardIndex - b.shardIndex);
  }

  /** Calls `arrive` after the time that reading takes. */
  whenRead(arrive: () => void): void {
    this.#timeline.after(this.#random.exponential(this.#commitSeconds), arrive);
  }

  putRun(name: string, run: SimulatedRun): void {
    this.runs.set(name, run);
  }

  putShard(run: string, shard: RecordedShard): void {
    const shards = this.#shards.get(run) ?? new Map<number, RecordedShard>();
    this.#shards.set(run, shards);
    demand(
      !shards.has(shard.shardIndex),
      "a shard is recorded once",
      () => `${run}#${shard.shardIndex} is in the ledger already`,
    );
    shards.set(shard.shardIndex, shard);
  }

  deleteShard(run: string, shardIndex: number): void {
    this.#shards.get(run)?.delete(shardIndex);
  }

  /** Makes a write durable, then calls `whenDurable`, in the order of the writes. */
  enqueue(write: () => void, whenDurable: () => void = () => undefined): void {
    this.#queue.push({ write, whenDurable });
    if (this.#committing === undefined) this.#commit();
  }

  /** Kills the coordinator: a batch that is being committed may or may not reach the disk. */
  crash(): void {
    if (this.#committing !== undefined && this.#random.chance(0.5)) {
      for (const { write } of this.#committing) write();
    }
    this.#committing = undefined;
    this.#queue = [];
  }

  #commit(): void {
    const batch = this.#queue;
    this.#queue = [];
    this.#committing = batch;
    const slow = this.#random.chance(0.05) ? 20 : 1;
    this.#timeline.after(slow * this.#random.exponential(this.#commitSeconds), () => {
      if (this.#committing !== batch) return;
      for (const { write } of batch) write();
      this.#committing = undefined;
      for (const { whenDurable } of batch) whenDurable();
      if (this.#queue.length > 0 && this.#committing === undefined) this.#commit();
    });
  }
}
