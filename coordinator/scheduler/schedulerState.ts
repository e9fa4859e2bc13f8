import type { ActiveRun } from "./activeRun.ts";
import { serves, type Bits, type Lease, type Worker } from "./fleet.ts";
import type { SchedulerCommand } from "./events.ts";
import type { SchedulerOptions } from "./options.ts";
import type { LeaseHolder } from "./trust/leaseHolder.ts";
import { SchedulerCounts } from "./schedulerCounts.ts";

/** Heartbeats come ten times in a lease's duration: this is to miss three of them. */
const LIVELY_RATIO = 0.3;

/**
 * What the scheduler knows: runs, workers and leases, and what the present event leads to. A lease is
 * kept under its number, its device and its shard; the three are kept in agreement here.
 */
export class SchedulerState {
  readonly options: SchedulerOptions;
  readonly runs = new Map<string, ActiveRun>();
  readonly workers = new Map<string, Worker>();
  readonly leases = new Map<number, Lease>();
  readonly counts = new SchedulerCounts();
  now = 0;
  commands: SchedulerCommand[] = [];
  /** Workers that the present event may have left with room for more. */
  readonly affected = new Set<string>();
  /** Whether there may be work now for those who found none before. */
  workAppeared = false;
  /** Whether every worker is to be asked. */
  concernsAll = false;

  constructor(options: SchedulerOptions) {
    this.options = options;
  }

  /** @param concernsAll whether the event may bring work for every worker. */
  begin(at: number, concernsAll: boolean): void {
    this.now = Math.max(this.now, at);
    this.commands = [];
    this.affected.clear();
    this.workAppeared = false;
    this.concernsAll = concernsAll;
  }

  open(lease: Lease): void {
    this.leases.set(lease.id, lease);
    lease.device.leases.set(lease.id, lease);
  }

  release(lease: Lease): void {
    this.leases.delete(lease.id);
    lease.device.leases.delete(lease.id);
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

  /** Takes the shard back from everyone who has it, but for one. */
  revokeShard(run: ActiveRun, shardIndex: number, kept?: Lease): void {
    for (const lease of this.leasesOfShard(run, shardIndex)) {
      if (lease === kept) continue;
      this.release(lease);
      const worker = this.workers.get(lease.worker);
      if (worker !== undefined) this.revoke(worker, [lease]);
    }
  }

  /** Tells the worker of leases that were released. */
  revoke(worker: Worker, leases: readonly Lease[]): void {
    if (!worker.connected || leases.length === 0) return;
    const ids = leases.map(({ id }) => id);
    this.commands.push({ kind: "revoke", worker: worker.id, leases: ids });
  }

  acknowledge({ worker, lease }: LeaseHolder): void {
    this.commands.push({ kind: "acknowledge", worker, leases: [lease] });
  }

  /** Whether the worker takes leases: one that hangs keeps its stream and must not be fed. */
  isPresent({ connected, draining, heardAt }: Worker): boolean {
    return connected && !draining && this.now - heardAt < this.options.leaseDurationSeconds;
  }

  /** Whether it was heard of late: what it has in hand may be back soon, however slow it is. */
  isLively({ heardAt }: Worker): boolean {
    return this.now - heardAt < LIVELY_RATIO * this.options.leaseDurationSeconds;
  }

  /** Whether a worker that is there serves the run and is one of those asked for. */
  someServe(run: Bits, isOne: (worker: string) => boolean = () => true): boolean {
    return [...this.workers.values()].some(
      (worker) => isOne(worker.id) && this.isPresent(worker) && serves(worker, run),
    );
  }
}
