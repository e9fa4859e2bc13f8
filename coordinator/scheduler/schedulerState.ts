import type { ActiveRun } from "./activeRun.ts";
import { answers, serves, type Bits, type Device, type Lease, type Worker } from "./fleet.ts";
import type { SchedulerCommand } from "./events.ts";
import type { SchedulerOptions } from "./options.ts";
import type { Identity } from "./trust/claim.ts";
import type { LeaseHolder } from "./trust/leaseHolder.ts";
import { SchedulerCounts } from "./schedulerCounts.ts";

/** Share of a lease's duration that makes three missed heartbeats; ten come in each duration. */
const LIVELY_RATIO = 0.3;

/**
 * What the scheduler knows: runs, workers and leases, and what the current event leads to. A lease
 * is found by its number, its device and its shard; this class keeps the three in agreement.
 */
export class SchedulerState {
  readonly options: SchedulerOptions;
  readonly runs = new Map<string, ActiveRun>();
  readonly workers = new Map<string, Worker>();
  readonly leases = new Map<number, Lease>();
  readonly counts = new SchedulerCounts();
  now = 0;
  commands: SchedulerCommand[] = [];
  /** Workers that the current event may have left with room for more. */
  readonly affected = new Set<string>();
  /** True if there may be work now for workers that found none before. */
  workAppeared = false;
  /** True if the current event may bring work for every worker. */
  concernsAll = false;

  constructor(options: SchedulerOptions) {
    this.options = options;
  }

  /** Begins an event. @param concernsAll true if it may bring work for every worker. */
  begin(at: number, concernsAll: boolean): void {
    this.now = Math.max(this.now, at);
    this.commands = [];
    this.affected.clear();
    this.workAppeared = false;
    this.concernsAll = concernsAll;
  }

  open(lease: Lease): void {
    this.leases.set(lease.id, lease);
    lease.device.hold(lease, this.now);
  }

  release(lease: Lease): void {
    this.leases.delete(lease.id);
    lease.device.drop(lease, this.now);
    this.affected.add(lease.worker);
    if (this.runs.get(lease.run)?.release(lease.shardIndex, lease.id) === true) {
      this.workAppeared = true;
    }
  }

  leasesOf(worker: string): Lease[] {
    const devices = this.workers.get(worker)?.devices ?? [];
    return devices.flatMap((device) => [...device.leases.values()]);
  }

  leasesOfShard(run: ActiveRun, shardIndex: number): Lease[] {
    return [...(run.leases.get(shardIndex) ?? [])].flatMap((id) => this.leases.get(id) ?? []);
  }

  /** Takes the shard back from all workers that have it, except for the lease to be kept. */
  revokeShard(run: ActiveRun, shardIndex: number, kept?: Lease): void {
    for (const lease of this.leasesOfShard(run, shardIndex)) {
      if (lease === kept) continue;
      this.release(lease);
      const worker = this.workers.get(lease.worker);
      if (worker !== undefined) this.revoke(worker, [lease]);
    }
  }

  /** Tells the worker which of its leases were released. */
  revoke(worker: Worker, leases: readonly Lease[]): void {
    if (!worker.connected || leases.length === 0) return;
    const ids = leases.map(({ id }) => id);
    this.commands.push({ kind: "revoke", worker: worker.id, leases: ids });
  }

  acknowledge({ worker, lease }: LeaseHolder): void {
    this.commands.push({ kind: "acknowledge", worker, leases: [lease] });
  }

  /** True if the worker takes leases; one that hangs keeps its stream, but gets none. */
  isPresent({ connected, draining, heardAt }: Worker): boolean {
    return connected && !draining && this.now - heardAt < this.options.leaseDurationSeconds;
  }

  /** True if the worker was heard lately, so that its results may still come soon. */
  isLively({ heardAt }: Worker): boolean {
    return this.now - heardAt < LIVELY_RATIO * this.options.leaseDurationSeconds;
  }

  /** True if the device has long held leases without answering any. */
  isSilent(device: Device): boolean {
    return device.isSilent(this.now, this.options.generatorPatienceSeconds);
  }

  /** True if a present worker serves the run, passes `isOne`, and answers what it is asked. */
  someAnswer(
    run: Bits,
    isOne: (worker: string, identity: Identity | undefined) => boolean,
  ): boolean {
    const { now, options } = this;
    return [...this.workers.values()].some((worker) => {
      if (!this.isPresent(worker)) return false;
      return answers(worker, now, options.generatorPatienceSeconds, (device) => {
        const backend = device.backendFor(run);
        return backend !== undefined && isOne(worker.id, device.identityOf(backend));
      });
    });
  }

  /** True if a present worker serves the run and passes `isOne`. */
  someServe(run: Bits, isOne: (worker: string) => boolean = () => true): boolean {
    return [...this.workers.values()].some(
      (worker) => isOne(worker.id) && this.isPresent(worker) && serves(worker, run),
    );
  }
}
