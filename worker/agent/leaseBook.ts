import type { ShardTask } from "../../shared/kinds/propagation/shardTask.ts";
import type { ComputedShard } from "../pool/thread.ts";

/** A lease as the worker holds it. */
export interface HeldLease {
  readonly id: string;
  readonly run: string;
  readonly shardIndex: number;
  readonly deviceIndex: number;
  readonly task: ShardTask;
}

interface Entry {
  readonly lease: HeldLease;
  state: "queued" | "running" | "finished";
  computed?: ComputedShard;
}

/**
 * What a worker owes: leases in the order of granting, from the grant to the acknowledgement.
 * A device works on as many at a time as it has slots.
 */
export class LeaseBook {
  readonly #slotCounts: readonly number[];
  readonly #entries = new Map<string, Entry>();
  /** Shards in threads, revoked ones included: they occupy their slot until they are done. */
  readonly #busy: number[];

  constructor(slotCounts: readonly number[]) {
    this.#slotCounts = slotCounts;
    this.#busy = slotCounts.map(() => 0);
  }

  /** Every lease that is held, finished ones included. */
  get heldIds(): string[] {
    return [...this.#entries.keys()];
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Leases that no thread has begun with. */
  get queuedCount(): number {
    return this.#countOf("queued");
  }

  /** Results that were not acknowledged yet. */
  get finishedCount(): number {
    return this.#countOf("finished");
  }

  grant(lease: HeldLease): void {
    if (!this.#entries.has(lease.id)) this.#entries.set(lease.id, { lease, state: "queued" });
  }

  /** Leases to start now: their devices have free slots, which they occupy from here on. */
  start(): HeldLease[] {
    const started: HeldLease[] = [];
    for (const entry of this.#entries.values()) {
      const { deviceIndex } = entry.lease;
      const slots = this.#slotCounts[deviceIndex] ?? 0;
      const busy = this.#busy[deviceIndex] ?? 0;
      if (entry.state !== "queued" || busy >= slots) continue;
      entry.state = "running";
      this.#busy[deviceIndex] = busy + 1;
      started.push(entry.lease);
    }
    return started;
  }

  /** A thread is done with the lease; false if it was revoked meanwhile and nobody wants the result. */
  finish(lease: HeldLease, computed: ComputedShard): boolean {
    this.#free(lease);
    const entry = this.#entries.get(lease.id);
    if (entry === undefined) return false;
    entry.state = "finished";
    entry.computed = computed;
    return true;
  }

  /** A thread failed; false if the lease was revoked meanwhile. */
  fail(lease: HeldLease): boolean {
    this.#free(lease);
    return this.#entries.delete(lease.id);
  }

  /** These are settled. */
  drop(ids: readonly string[]): void {
    for (const id of ids) this.#entries.delete(id);
  }

  /** The coordinator wants these back; returns how many of them had no result yet. */
  revoke(ids: readonly string[]): number {
    const open = ids.filter((id) => {
      const state = this.#entries.get(id)?.state;
      return state === "queued" || state === "running";
    });
    this.drop(ids);
    return open.length;
  }

  /** Drops what no thread has begun, or with `running` also what one has; returns the ids. */
  handBack(running: boolean): string[] {
    const ids = [...this.#entries.values()]
      .filter(({ state }) => state === "queued" || (running && state === "running"))
      .map(({ lease }) => lease.id);
    this.drop(ids);
    return ids;
  }

  /** Results that were not acknowledged yet. */
  *finished(): Iterable<{ readonly lease: HeldLease; readonly computed: ComputedShard }> {
    for (const { lease, computed } of this.#entries.values()) {
      if (computed !== undefined) yield { lease, computed };
    }
  }

  #countOf(state: Entry["state"]): number {
    let count = 0;
    for (const entry of this.#entries.values()) if (entry.state === state) count += 1;
    return count;
  }

  #free({ deviceIndex }: HeldLease): void {
    this.#busy[deviceIndex] = (this.#busy[deviceIndex] ?? 0) - 1;
  }
}
