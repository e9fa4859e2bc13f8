import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import type { Lease__Output } from "../../shared/wire/generated/lyapunov/v1/Lease.ts";
import { RawWorker } from "../system/support/rawWorker.ts";

/** A shard whose partial was acknowledged: the ledger must have it, whatever happens. */
export interface Acknowledged {
  readonly run: string;
  readonly shardIndex: number;
}

/** A worker that notes what was acknowledged. It joins as another one when its stream breaks. */
export class Witness {
  readonly acknowledged: Acknowledged[] = [];
  readonly #addresses: readonly string[];
  readonly #working: Promise<void>;
  readonly #ended = new AbortController();
  #worker: RawWorker | undefined;

  constructor(addresses: readonly string[]) {
    this.#addresses = addresses;
    this.#working = this.#work();
  }

  /** Waits until something more is acknowledged, at most for a given time. */
  async progress(maximumMilliseconds: number): Promise<void> {
    const before = this.acknowledged.length;
    const end = Date.now() + maximumMilliseconds;
    while (this.acknowledged.length === before && Date.now() < end) await delay(50);
  }

  async end(): Promise<void> {
    this.#ended.abort();
    this.#worker?.[Symbol.dispose]();
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let session = 0; !this.#ended.signal.aborted; session++) {
      const address = this.#addresses[session % this.#addresses.length] as string;
      using worker = new RawWorker(address);
      this.#worker = worker;
      try {
        worker.join(randomUUID(), 2);
        const delivered = new Map<string, Lease__Output>();
        await Promise.race([
          worker.broken,
          Promise.all([this.#deliver(worker, delivered), this.#listen(worker, delivered)]),
        ]);
      } catch {
        await delay(200);
      }
    }
  }

  async #deliver(worker: RawWorker, delivered: Map<string, Lease__Output>): Promise<void> {
    const heartbeats = setInterval(() => {
      worker.send({ heartbeat: { heldLeaseIds: [...delivered.keys()] } });
    }, 1000);
    try {
      for (;;) {
        const { leases } = await worker.next("grant");
        for (const lease of leases) {
          delivered.set(lease.leaseId, lease);
          await worker.deliver(lease);
          // Gives others a turn on this thread.
          await delay(0);
        }
      }
    } finally {
      clearInterval(heartbeats);
    }
  }

  async #listen(worker: RawWorker, delivered: Map<string, Lease__Output>): Promise<void> {
    for (;;) {
      const { leaseIds } = await worker.next("acknowledgement");
      for (const id of leaseIds) {
        const lease = delivered.get(id);
        delivered.delete(id);
        if (lease) this.acknowledged.push({ run: lease.run, shardIndex: lease.shardIndex });
      }
    }
  }
}
