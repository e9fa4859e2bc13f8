import type { BackendName } from "../../shared/specification/backends.ts";
import type { ActiveRun } from "./activeRun.ts";
import type { SchedulerState } from "./schedulerState.ts";
import type { Identity } from "./trust/claim.ts";
import type { Distrust } from "./trust/distrust.ts";
import type { Device, Lease, Worker } from "./fleet.ts";
import type { GrantedLease } from "./events.ts";
import { mayCopy, outruns, stragglers, type Straggler } from "./stragglers.ts";
import type { GrantKind } from "./schedulerCounts.ts";

interface Choice {
  readonly run: ActiveRun;
  readonly shardIndex: number;
  readonly backend: BackendName;
}

/**
 * Decides which worker gets which shard. Runs share the fleet fairly. Within a run, checks come
 * first, then its shards in order. Devices that are still idle copy what others are slow with.
 */
export class Granting {
  readonly #state: SchedulerState;
  readonly #distrust: Distrust;
  #nextLease: number;
  /** Workers that got less than they wanted; none, while there is work for all. */
  readonly #hungry = new Set<string>();
  /** Workers that a lease was taken from for another one to have. */
  readonly #freed = new Set<string>();
  /** Leases that idle devices may copy; found when the first of them asks. */
  #stragglers: Straggler[] | undefined;

  /** @param firstLease the number of the first lease; each further one has the next. */
  constructor(state: SchedulerState, distrust: Distrust, firstLease: number) {
    this.#state = state;
    this.#distrust = distrust;
    this.#nextLease = firstLease;
  }

  /** Fills the devices that the current event has left with room, or brought work for. */
  grantAll(): void {
    if (this.#state.runs.size === 0) return;
    this.#stragglers = undefined;
    this.#freed.clear();
    for (const id of this.#concerned()) this.#serve(id);
    // Some lost a lease after their turn. This ends: each loss takes a straggler off the list.
    for (const id of this.#freed) {
      this.#freed.delete(id);
      this.#serve(id);
    }
  }

  #serve(id: string): void {
    const worker = this.#state.workers.get(id);
    this.#hungry.delete(id);
    if (worker === undefined) return;
    if (this.#state.isPresent(worker)) {
      const leases = worker.devices.flatMap((device) => this.#fill(worker, device));
      if (leases.length > 0) this.#state.commands.push({ kind: "grant", worker: id, leases });
    }
    if (worker.devices.some(({ isLow }) => isLow)) this.#hungry.add(id);
  }

  /** Grants nothing now; workers with room are remembered until work appears again. */
  postpone(): void {
    for (const id of this.#state.affected) this.#hungry.add(id);
  }

  #concerned(): Iterable<string> {
    const { workers, affected, workAppeared, concernsAll } = this.#state;
    if (concernsAll) return workers.keys();
    return workAppeared ? affected.union(this.#hungry) : affected;
  }

  #fill(worker: Worker, device: Device): GrantedLease[] {
    const granted: GrantedLease[] = [];
    if (!device.isLow) return granted;
    while (device.wantsMore(this.#state.options)) {
      const next = this.#nextShard(worker, device) ?? this.#straggler(worker, device);
      if (next === undefined) break;
      granted.push(this.#grant(worker, device, next));
    }
    device.filled();
    return granted;
  }

  /** The next shard of the run with the least leased work, so that runs share the fleet fairly. */
  #nextShard(worker: Worker, device: Device): Choice | undefined {
    let best: Choice | undefined;
    for (const run of this.#state.runs.values()) {
      if (best !== undefined && run.leasedWork >= best.run.leasedWork) continue;
      const backend = device.backendFor(run);
      if (backend === undefined) continue;
      // The earlier a wrong answer is found, the less has to be computed again.
      const identity = device.identityOf(backend);
      const shardIndex = this.#check(worker, run, identity) ?? this.#open(worker, run, identity);
      if (shardIndex !== undefined) best = { run, shardIndex, backend };
    }
    return best;
  }

  #check({ id }: Worker, run: ActiveRun, identity: Identity | undefined): number | undefined {
    return run.checkable((shard) => this.#distrust.mayCheck(run.trust, shard, id, identity));
  }

  #open({ id }: Worker, run: ActiveRun, identity: Identity | undefined): number | undefined {
    return run.grantable(id, identity, (isOther) => this.#state.someAnswer(run, isOther));
  }

  #straggler(worker: Worker, device: Device): Choice | undefined {
    if (!device.idle) return undefined;
    const { leases, runs, now, options } = this.#state;
    this.#stragglers ??= stragglers(leases, runs, now, options);
    for (const [i, straggler] of this.#stragglers.entries()) {
      const { lease } = straggler;
      const run = runs.get(lease.run);
      if (run === undefined) continue;
      const backend = device.backendFor(run);
      if (backend === undefined) continue;
      if (!outruns(device, straggler, run.rateKey(backend), now, options)) continue;
      const holders = this.#state.leasesOfShard(run, lease.shardIndex);
      if (!mayCopy(lease, holders, run, worker)) continue;
      if (this.#isLeftToOthers(run, lease, worker, device.identityOf(backend))) continue;
      // Of two that have long been silent, the one that has had the shard for longer gives it up. One
      // that is gone does not: its lease is about to expire, and counts as a loss then.
      const [first, ...others] = holders;
      if (others.length > 0 && this.#isGone(first)) continue;
      this.#stragglers.splice(i, 1);
      if (first !== undefined && others.length > 0) this.#takeBack(run, first);
      return { run, shardIndex: lease.shardIndex, backend };
    }
    return undefined;
  }

  #isGone(lease: Lease | undefined): boolean {
    const holder = lease && this.#state.workers.get(lease.worker);
    return holder?.connected === false;
  }

  #takeBack({ trust }: ActiveRun, lease: Lease): void {
    trust.troubles.kept(lease.shardIndex, lease.worker);
    this.#state.release(lease);
    this.#freed.add(lease.worker);
    const holder = this.#state.workers.get(lease.worker);
    if (holder !== undefined) this.#state.revoke(holder, [lease]);
  }

  /** True if the lease's holder, or another worker, should rather answer it than this one. */
  #isLeftToOthers(
    run: ActiveRun,
    { shardIndex, device }: Lease,
    { id }: Worker,
    identity: Identity | undefined,
  ): boolean {
    // A second try is better than none, and so is an answer that settles no dispute.
    return run.isLeftToOthers(
      shardIndex,
      id,
      identity,
      (isOther) => !this.#state.isSilent(device) || this.#state.someAnswer(run, isOther),
    );
  }

  #grant(worker: Worker, device: Device, { run, shardIndex, backend }: Choice): GrantedLease {
    const { now, options, commands, counts } = this.#state;
    const { plan } = run.progress;
    const id = this.#nextLease++;
    const rateKey = run.rateKey(backend);
    const work = plan.work(shardIndex);
    const isCheck = run.isSettled(shardIndex);
    const isCopy = run.leases.has(shardIndex);
    if (isCheck) this.#distrust.checkGranted(run.trust, shardIndex);
    this.#state.open({
      id,
      run: run.name,
      shardIndex,
      worker: worker.id,
      device,
      backend,
      grantedAt: now,
      expectedSeconds: device.expectedSeconds(rateKey, work),
      work,
      rateKey,
      deadline: now + options.leaseDurationSeconds,
    });
    const attempt = run.lease(shardIndex, id);
    run.trust.standing.leased(now);
    counts.leasesGranted[grantKind(isCheck, isCopy, attempt)] += 1;
    if (!run.started) {
      run.started = true;
      run.rate.start(now);
      commands.push({ kind: "run_started", run: run.name });
    }
    const task = plan.task(shardIndex, backend);
    return { id, run: run.name, shardIndex, attempt, deviceIndex: device.index, task };
  }
}

function grantKind(isCheck: boolean, isCopy: boolean, attempt: number): GrantKind {
  if (isCheck) return "check";
  if (isCopy) return "copy";
  return attempt === 1 ? "first" : "again";
}
