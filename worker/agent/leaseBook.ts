/** A lease, as far as the book needs to know it. */
export interface BookedLease {
  readonly id: string;
  readonly deviceIndex: number;
}

interface Entry<Lease, Result> {
  readonly lease: Lease;
  state: "queued" | "running" | "finished";
  result?: Result;
}

/**
 * What a worker owes: leases in the order of granting, from the grant to the acknowledgement.
 * A device works on as many at a time as it has slots.
 */
export class LeaseBook<Lease extends BookedLease, Result> {
  readonly #slotCounts: readonly number[];
  readonly #entries = new Map<string, Entry<Lease, Result>>();
  /** Shards in slots, by device; a revoked shard occupies its slot until the slot is done with it. */
  readonly #busy: number[];

  constructor(slotCounts: readonly number[]) {
    this.#slotCounts = slotCounts;
    this.#busy = slotCounts.map(() => 0);
  }

  /** Ids of all held leases, finished ones included. */
  get heldIds(): string[] {
    return [...this.#entries.keys()];
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Leases that no slot has begun with. */
  get queuedCount(): number {
    return this.#countOf("queued");
  }

  /** Results that are not acknowledged yet. */
  get finishedCount(): number {
    return this.#countOf("finished");
  }

  grant(lease: Lease): void {
    if (!this.#entries.has(lease.id)) this.#entries.set(lease.id, { lease, state: "queued" });
  }

  /** Returns the leases to start now; they occupy free slots of their devices from here on. */
  start(): Lease[] {
    const started: Lease[] = [];
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

  /** A slot is done with the lease. Returns false if it was revoked: nobody wants the result. */
  finish(lease: Lease, result: Result): boolean {
    this.#free(lease);
    const entry = this.#entries.get(lease.id);
    if (entry === undefined) return false;
    entry.state = "finished";
    entry.result = result;
    return true;
  }

  /** A slot failed at the lease. Returns false if it was revoked. */
  fail(lease: Lease): boolean {
    this.#free(lease);
    return this.#entries.delete(lease.id);
  }

  /** Forgets leases that are settled. */
  drop(ids: readonly string[]): void {
    for (const id of ids) this.#entries.delete(id);
  }

  /** Forgets leases that the coordinator wants back. Returns how many had no result yet. */
  revoke(ids: readonly string[]): number {
    const open = ids.filter((id) => {
      const state = this.#entries.get(id)?.state;
      return state === "queued" || state === "running";
    });
    this.drop(ids);
    return open.length;
  }

  /** Drops what no slot has begun, or with `running` also what one has. Returns the ids. */
  handBack(running: boolean): string[] {
    return this.#dropWhere(({ state }) => state === "queued" || (running && state === "running"));
  }

  /** Drops all that a device has not finished. Returns the ids. */
  handBackOf(deviceIndex: number): string[] {
    return this.#dropWhere(
      ({ lease, state }) => lease.deviceIndex === deviceIndex && state !== "finished",
    );
  }

  /** Results that are not acknowledged yet. */
  *finished(): Iterable<{ readonly lease: Lease; readonly result: Result }> {
    for (const { lease, result } of this.#entries.values()) {
      if (result !== undefined) yield { lease, result };
    }
  }

  #dropWhere(isDropped: (entry: Entry<Lease, Result>) => boolean): string[] {
    const ids = [...this.#entries.values()].filter(isDropped).map(({ lease }) => lease.id);
    this.drop(ids);
    return ids;
  }

  #countOf(state: Entry<Lease, Result>["state"]): number {
    let count = 0;
    for (const entry of this.#entries.values()) if (entry.state === state) count += 1;
    return count;
  }

  #free({ deviceIndex }: Lease): void {
    this.#busy[deviceIndex] = (this.#busy[deviceIndex] ?? 0) - 1;
  }
}
