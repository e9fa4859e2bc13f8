import type { Lease } from "../../../../coordinator/scheduler/fleet.ts";
import { demand } from "../violation.ts";
import type { Mirror } from "./mirror.ts";
import type { Invariant, Observed, Step } from "./observed.ts";

const BOOKS = "the books on leases agree";
const SETTLED = "no lease is live for a settled shard that is not to be checked";
const CHECK = "a shard is checked by another worker than it came from";
const LIMIT = "a device holds no more leases than it may";
const TOLD = "a worker is told of a lease that is taken back";
const FORGOTTEN = "a worker that is gone is forgotten with its last lease";

/** Checks that the three books of leases agree: by id, by device and by shard. */
export class Leases implements Invariant {
  readonly #observed: Observed;
  readonly #mirror: Mirror;

  constructor(observed: Observed, mirror: Mirror) {
    this.#observed = observed;
    this.#mirror = mirror;
  }

  state(step: Step): void {
    for (const [id, lease] of this.#observed.scheduler.leases) this.#lease(id, lease);
    this.#runs();
    this.#workers(step);
    this.#takenBack(step);
  }

  #lease(id: number, lease: Lease): void {
    const { scheduler } = this.#observed;
    const run = this.#mirror.runs.get(lease.run);
    const name = `lease ${id}, ${lease.run}#${lease.shardIndex} of ${lease.worker}`;
    demand(run !== undefined, BOOKS, () => `${name}: the run is not active`);
    const worker = scheduler.workers.get(lease.worker);
    demand(worker?.devices.includes(lease.device) === true, BOOKS, () => `${name}: no such device`);
    demand(lease.device.leases.get(id) === lease, BOOKS, () => `${name}: its device lacks it`);
    const ofShard = scheduler.runs.get(lease.run)?.leases.get(lease.shardIndex);
    demand(ofShard?.has(id) === true, BOOKS, () => `${name}: its shard lacks it`);
    if (this.#mirror.isSettled(run, lease.shardIndex)) this.#check(lease, name);
    demand(!run.parked.has(lease.shardIndex), SETTLED, () => `${name} is parked`);
  }

  /** Checks that a settled shard is out only to be checked, by another worker than it came from. */
  #check({ run, shardIndex, worker }: Lease, name: string): void {
    const isDue = this.#observed.scheduler.runs.get(run)?.trust.isDue(shardIndex);
    demand(isDue === true, SETTLED, () => name);
    const { deliverers, verified } = this.#mirror.testimony;
    const shard = `${run}#${shardIndex}`;
    demand(!verified.has(shard), SETTLED, () => `${name} is verified`);
    demand(deliverers.get(shard) !== worker, CHECK, () => name);
  }

  /** Checks that no run lists a lease that is gone, and that the work that is out adds up. */
  #runs(): void {
    const { scheduler } = this.#observed;
    let count = 0;
    for (const [name, run] of scheduler.runs) {
      let work = 0;
      for (const [shardIndex, leases] of run.leases) {
        count += leases.size;
        work += leases.size * run.progress.plan.work(shardIndex);
        demand(leases.size > 0, BOOKS, () => `${name}#${shardIndex} has an empty set of leases`);
        demand(leases.size <= 2, LIMIT, () => `${name}#${shardIndex} has ${leases.size} leases`);
      }
      demand(
        work === run.leasedWork,
        BOOKS,
        () => `${name} has ${work} out, not ${run.leasedWork}`,
      );
    }
    demand(count === scheduler.leases.size, BOOKS, () => `${count} leases of shards`);
  }

  #workers({ event }: Step): void {
    const { scheduler, options } = this.#observed;
    let count = 0;
    for (const worker of scheduler.workers.values()) {
      let held = 0;
      for (const { leases, index } of worker.devices) {
        held += leases.size;
        const slotCount = this.#mirror.devices.get(worker.id)?.[index]?.slotCount ?? 0;
        const limit = slotCount * options.leasesPerSlot;
        demand(
          leases.size <= limit,
          LIMIT,
          () => `device ${index} of ${worker.id} has ${leases.size}`,
        );
      }
      count += held;
      // A run that ended in this very tick may have freed its last lease.
      const forgotten =
        event.kind !== "tick" || worker.connected || held + this.#before(worker.id) > 0;
      demand(forgotten, FORGOTTEN, () => worker.id);
    }
    demand(count === scheduler.leases.size, BOOKS, () => `${count} leases of devices`);
  }

  /** Leases that the worker had before the event. */
  #before(worker: string): number {
    return [...this.#mirror.leases.values()].filter((lease) => lease.worker === worker).length;
  }

  /** Checks that a lease ends only by the worker's word, with its stream or by a revocation. */
  #takenBack(step: Step): void {
    const { scheduler } = this.#observed;
    for (const [id, { worker }] of this.#mirror.leases) {
      if (scheduler.leases.has(id) || scheduler.workers.get(worker)?.connected !== true) continue;
      const revoked = step.commands.some(
        (command) =>
          command.kind === "revoke" && command.worker === worker && command.leases.includes(id),
      );
      demand(revoked || isOwnWord(step, worker, id), TOLD, () => `lease ${id} of ${worker}`);
    }
  }
}

function isOwnWord({ event }: Step, worker: string, lease: number): boolean {
  if (!("worker" in event) || event.worker !== worker) return false;
  switch (event.kind) {
    case "shard_result":
    case "shard_failed":
      return event.lease === lease;
    case "worker_draining":
      return event.returnedLeases.includes(lease);
    case "worker_joined":
      return !event.heldLeases.includes(lease);
    case "heartbeat":
    case "worker_disconnected":
      return false;
  }
}
