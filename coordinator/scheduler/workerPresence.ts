import type { SchedulerState } from "./schedulerState.ts";
import { Device, type Lease, type Worker } from "./fleet.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { EventOf } from "./events.ts";

/** Follows workers as they join, leave, are lost and come back, with the leases they hold. */
export class WorkerPresence {
  readonly #state: SchedulerState;
  readonly #lifecycle: Lifecycle;

  constructor(state: SchedulerState, lifecycle: Lifecycle) {
    this.#state = state;
    this.#lifecycle = lifecycle;
  }

  heard(id: string): void {
    this.#state.affected.add(id);
    const worker = this.#state.workers.get(id);
    if (worker !== undefined) worker.heardAt = this.#state.now;
  }

  join({ worker: id, devices, heldLeases }: EventOf<"worker_joined">): void {
    const { workers, now } = this.#state;
    const known = workers.get(id);
    if (known !== undefined) {
      known.connected = true;
      known.draining = false;
      for (const [i, description] of devices.entries()) known.devices[i]?.describe(description);
    } else {
      workers.set(id, {
        id,
        devices: devices.map((description, index) => new Device(index, description)),
        connected: true,
        draining: false,
        heardAt: now,
      });
    }
    // Grants that were lost with the stream, and leases that an earlier coordinator granted.
    const held = new Set(heldLeases);
    for (const lease of this.#state.leasesOf(id)) {
      if (!held.has(lease.id)) this.#state.release(lease);
    }
    this.renew(heldLeases, id);
  }

  renew(leases: readonly number[], worker: string): void {
    const deadline = this.#state.now + this.#state.options.leaseDurationSeconds;
    for (const id of leases) {
      const lease = this.#state.leases.get(id);
      if (lease?.worker === worker) lease.deadline = deadline;
    }
  }

  drain({ worker: id, returnedLeases }: EventOf<"worker_draining">): void {
    const worker = this.#state.workers.get(id);
    if (worker === undefined) return;
    worker.draining = true;
    for (const leaseId of returnedLeases) {
      const lease = this.#state.leases.get(leaseId);
      if (lease?.worker === id) this.#state.release(lease);
    }
  }

  disconnect(id: string): void {
    const worker = this.#state.workers.get(id);
    if (worker === undefined) return;
    worker.connected = false;
    const grace = this.#state.now + this.#state.options.reconnectGraceSeconds;
    const leases = this.#state.leasesOf(id);
    for (const lease of leases) lease.deadline = Math.min(lease.deadline, grace);
    if (leases.length === 0) this.#state.workers.delete(id);
  }

  /** Takes back the leases that were not renewed in time. */
  expire(): void {
    const { now, workers } = this.#state;
    for (const worker of workers.values()) {
      const expired = this.#state.leasesOf(worker.id).filter(({ deadline }) => deadline <= now);
      if (expired.length > 0) this.#lose(worker, expired);
      if (!worker.connected && this.#state.leasesOf(worker.id).length === 0) {
        workers.delete(worker.id);
      }
    }
  }

  /** Takes back expired leases of one worker. */
  #lose(worker: Worker, expired: readonly Lease[]): void {
    // The worker is given nothing until it is heard again.
    worker.heardAt = -Infinity;
    const running = new Set(worker.devices.flatMap((device) => device.running()));
    for (const lease of expired) this.#state.release(lease);
    this.#state.counts.leasesExpired += expired.length;
    this.#state.revoke(worker, expired);
    for (const lease of expired) {
      const run = this.#state.runs.get(lease.run);
      // A shard that only waited in the worker's queue did not cause the loss.
      if (run === undefined || !running.has(lease)) continue;
      const error = "the worker was lost";
      this.#lifecycle.trouble(run, lease.shardIndex, { error, worker: worker.id, lost: true });
    }
  }
}
