import { partialProblem } from "../../shared/network/shardTask.ts";
import { clipped } from "../../shared/network/violations.ts";
import { lawLabel } from "../../shared/network/weights.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import { ActiveRun } from "./activeRun.ts";
import { Device, type Bits, type Lease, type Worker } from "./fleet.ts";
import type { GrantedLease, SchedulerCommand, SchedulerEvent } from "./messages.ts";
import { DEFAULT_SCHEDULER_OPTIONS, type SchedulerOptions } from "./options.ts";
import { Recordings, type LeaseHolder } from "./recordings.ts";
import { RunProgress } from "./runProgress.ts";
import { mayCopy, stragglers } from "./stragglers.ts";

type EventOf<Kind extends SchedulerEvent["kind"]> = Extract<SchedulerEvent, { kind: Kind }>;

/**
 * Who propagates which shard: a pure state machine. Events with a time go in, commands come out;
 * clocks, sockets and the ledger are its caller's. Runs share the fleet fairly; the shards of a run
 * are granted in order; nothing here can change an estimate, only when it is ready.
 *
 * A result is taken from any attempt, expired ones too, as long as its shard is open: a replica is
 * a pure function of the specification, so there is no stale answer, only a needless one.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #runs = new Map<string, ActiveRun>();
  readonly #workers = new Map<string, Worker>();
  readonly #leases = new Map<number, Lease>();
  readonly #quarantined = new Map<string, string>();
  readonly #recordings = new Recordings();
  #nextLease: number;
  #now = 0;
  #commands: SchedulerCommand[] = [];
  /** Workers that the present event may have left with room for more. */
  readonly #affected = new Set<string>();
  /** Whether it may have brought work for all the others too. */
  #workAppeared = false;
  /** What idle devices may copy, once one of them asks. */
  #stragglers: Lease[] | undefined;

  /** @param firstLease the number of the first lease; each further one has the next. */
  constructor(options: SchedulerOptions = DEFAULT_SCHEDULER_OPTIONS, firstLease = 1) {
    this.#options = options;
    this.#nextLease = firstLease;
  }

  get runs(): ReadonlyMap<string, ActiveRun> {
    return this.#runs;
  }

  get workers(): ReadonlyMap<string, Worker> {
    return this.#workers;
  }

  get leases(): ReadonlyMap<number, Lease> {
    return this.#leases;
  }

  /** What a run waits for that no worker has: a generator for its backend. */
  generatorMissing(name: string): string | undefined {
    const run = this.#runs.get(name);
    if (run?.generator === undefined || run.leases.size > 0) return undefined;
    const isServed = [...this.#workers.values()].some(
      (worker) => this.#isPresent(worker) && serves(worker, run),
    );
    return isServed ? undefined : run.generator;
  }

  /** Why a worker may not join, if it may not. */
  quarantineReason(worker: string): string | undefined {
    return this.#quarantined.get(worker);
  }

  /**
   * Takes one event and returns what is to be done, in order.
   *
   * @param at seconds of a clock; one that jumps back is held until it catches up.
   */
  handle(event: SchedulerEvent, at: number): readonly SchedulerCommand[] {
    this.#now = Math.max(this.#now, at);
    this.#commands = [];
    this.#stragglers = undefined;
    // These two come with every shard; a fleet of thousands must not be gone through for each.
    this.#workAppeared = event.kind !== "shard_result" && event.kind !== "shard_recorded";
    this.#affected.clear();
    if ("worker" in event) this.#heard(event.worker);
    switch (event.kind) {
      case "run_submitted":
        this.#submit(event);
        break;
      case "run_withdrawn":
        this.#remove(event.run);
        break;
      case "worker_joined":
        this.#join(event);
        break;
      case "heartbeat":
        this.#renew(event.heldLeases, event.worker);
        break;
      case "shard_result":
        this.#result(event);
        break;
      case "shard_failed":
        this.#failed(event);
        break;
      case "worker_draining":
        this.#drain(event);
        break;
      case "worker_disconnected":
        this.#disconnect(event.worker);
        break;
      case "shard_recorded":
        this.#recorded(event);
        break;
      case "tick":
        this.#expire();
        break;
    }
    if (event.kind !== "heartbeat") this.#grantAll();
    return this.#commands;
  }

  #heard(id: string): void {
    this.#affected.add(id);
    const worker = this.#workers.get(id);
    if (worker !== undefined) worker.heardAt = this.#now;
  }

  #submit({ run: name, specification, recorded }: EventOf<"run_submitted">): void {
    if (this.#runs.has(name)) throw new Error(`${name} is active already`);
    const run = new ActiveRun(name, new RunProgress(specification));
    this.#runs.set(name, run);
    for (const shard of recorded) run.recorded(shard);
    this.#settle(run);
  }

  #join({ worker: id, devices, heldLeases }: EventOf<"worker_joined">): void {
    const known = this.#workers.get(id);
    if (known !== undefined) {
      known.connected = true;
      known.draining = false;
    } else {
      this.#workers.set(id, {
        id,
        devices: devices.map((description, index) => new Device(index, description)),
        connected: true,
        draining: false,
        heardAt: this.#now,
      });
    }
    // Grants that were lost with the stream, and leases of another coordinator's life.
    const held = new Set(heldLeases);
    for (const lease of this.#leasesOf(id)) if (!held.has(lease.id)) this.#release(lease);
    this.#renew(heldLeases, id);
  }

  #renew(leases: readonly number[], worker: string): void {
    const deadline = this.#now + this.#options.leaseDurationSeconds;
    for (const id of leases) {
      const lease = this.#leases.get(id);
      if (lease?.worker === worker) lease.deadline = deadline;
    }
  }

  #result(event: EventOf<"shard_result">): void {
    const { worker, shardIndex, partial, digest } = event;
    if (this.#quarantined.has(worker)) return;
    const active = this.#runs.get(event.run);
    // A live lease is of the shard as it is now; without one it may have been a shorter shard.
    const lease = this.#leaseAnswered(event);
    const run =
      active && (lease !== undefined || active.progress.plan.holds(event)) ? active : undefined;
    const isOfOtherKind = partial.generator !== (run?.generator ?? partial.generator);
    const problem = run && this.#problem(run, shardIndex, partial);
    const known = this.#recordings.digest(event.run, shardIndex) ?? run?.digest(shardIndex);
    const isFirst = run !== undefined && problem === undefined && known === undefined;
    // Before the lease is released: that of an open shard would offer it to everyone.
    if (isFirst) run.recording(shardIndex, event);
    if (lease !== undefined) {
      lease.device.measured(lease.rateKey, lease.work, event.computeSeconds);
      this.#release(lease);
    }
    const isNews = lease !== undefined && run !== undefined && this.#learn(lease, run, partial);
    const holder = { worker, lease: event.lease };
    if (run === undefined) {
      // The run has ended, or was extended past a last, short shard.
      this.#acknowledge(holder);
    } else if (problem !== undefined) {
      this.#acknowledge(holder);
      const error = `an impossible partial: ${problem}`;
      // What is said again after the lease is gone is the same failure, not another one; and that a
      // device turns out to be of another generator is no fault of the shard.
      const isFailure = lease !== undefined && !(isNews && isOfOtherKind);
      if (isFailure) this.#trouble(run, shardIndex, { error, worker, lost: false });
    } else if (isFirst) {
      const shard = { shardIndex, partial, digest };
      this.#recordings.begin(run.name, shard, holder);
      this.#revokeShard(run, shardIndex);
      this.#commands.push({ kind: "record", run: run.name, shard });
    } else if (known !== digest) this.#disagreement(run, shardIndex, worker);
    else if (!this.#recordings.wait(run.name, shardIndex, holder)) this.#acknowledge(holder);
  }

  #problem(run: ActiveRun, shardIndex: number, partial: ShardPartial): string | undefined {
    const { generator } = run;
    if (generator !== undefined && partial.generator !== generator) {
      return `its generator is ${clipped(partial.generator, 100)}, not the run's ${generator}`;
    }
    return partialProblem(run.progress.plan.task(shardIndex), partial);
  }

  /**
   * Whether the answer to a lease told the generator of a device that had not said it. What the
   * device holds of runs that it proves not to be for is taken back.
   */
  #learn({ device, worker: id }: Lease, { backend }: Bits, { generator }: ShardPartial): boolean {
    if (device.generatorOf(backend) !== undefined) return false;
    device.learn(backend, generator);
    const useless = [...device.leases.values()].filter((lease) => {
      const run = this.#runs.get(lease.run);
      return run !== undefined && !device.serves(run);
    });
    for (const lease of useless) this.#release(lease);
    const worker = this.#workers.get(id);
    if (worker !== undefined) this.#revoke(worker, useless);
    return true;
  }

  #recorded({ run: name, shardIndex }: EventOf<"shard_recorded">): void {
    const recording = this.#recordings.finish(name, shardIndex);
    if (recording === undefined) return;
    const { shard, holders } = recording;
    for (const holder of holders) this.#acknowledge(holder);
    const run = this.#runs.get(name);
    if (run === undefined) return;
    // A run that was withdrawn and submitted anew meanwhile may know the shard from the ledger.
    if (run.progress.has(shardIndex) || !run.progress.plan.holds(shard)) return;
    const { horizon } = run;
    run.recorded(shard);
    if (run.horizon > horizon) this.#workAppeared = true;
    run.rate.add(this.#now, shard.partial.replicaCount);
    this.#commands.push({ kind: "run_advanced", run: name });
    this.#settle(run);
  }

  #failed({ worker, lease: id, error }: EventOf<"shard_failed">): void {
    const lease = this.#leases.get(id);
    if (lease?.worker !== worker) return;
    this.#release(lease);
    const run = this.#runs.get(lease.run);
    if (run !== undefined) this.#trouble(run, lease.shardIndex, { error, worker, lost: false });
  }

  #drain({ worker: id, returnedLeases }: EventOf<"worker_draining">): void {
    const worker = this.#workers.get(id);
    if (worker === undefined) return;
    worker.draining = true;
    for (const leaseId of returnedLeases) {
      const lease = this.#leases.get(leaseId);
      if (lease?.worker === id) this.#release(lease);
    }
  }

  #disconnect(id: string): void {
    const worker = this.#workers.get(id);
    if (worker === undefined) return;
    worker.connected = false;
    const grace = this.#now + this.#options.reconnectGraceSeconds;
    const leases = this.#leasesOf(id);
    for (const lease of leases) lease.deadline = Math.min(lease.deadline, grace);
    if (leases.length === 0) this.#workers.delete(id);
  }

  #expire(): void {
    for (const worker of this.#workers.values()) {
      const expired = this.#leasesOf(worker.id).filter(({ deadline }) => deadline <= this.#now);
      if (expired.length > 0) this.#lose(worker, expired);
      if (!worker.connected && this.#leasesOf(worker.id).length === 0) {
        this.#workers.delete(worker.id);
      }
    }
  }

  /** Takes back leases that the worker did not renew. */
  #lose(worker: Worker, expired: readonly Lease[]): void {
    // It is given nothing until it says something.
    worker.heardAt = -Infinity;
    const running = new Set(worker.devices.flatMap((device) => device.running()));
    for (const lease of expired) this.#release(lease);
    this.#revoke(worker, expired);
    for (const lease of expired) {
      const run = this.#runs.get(lease.run);
      // What waited in the worker's queue is innocent of its loss.
      if (run === undefined || !running.has(lease)) continue;
      const error = "the worker was lost";
      this.#trouble(run, lease.shardIndex, { error, worker: worker.id, lost: true });
    }
  }

  #disagreement(run: ActiveRun, shardIndex: number, workerId: string): void {
    run.disagreementCount += 1;
    const reason =
      `its partial of shard ${shardIndex} of ${run.name} differs in bits from the accepted one ` +
      `of the same backend`;
    this.#quarantined.set(workerId, reason);
    for (const lease of this.#leasesOf(workerId)) this.#release(lease);
    this.#workers.delete(workerId);
    this.#commands.push(
      { kind: "disagreement", run: run.name, shardIndex, worker: workerId },
      { kind: "quarantine", worker: workerId, reason },
    );
  }

  #trouble(
    run: ActiveRun,
    shardIndex: number,
    failure: { readonly error: string; readonly worker: string; readonly lost: boolean },
  ): void {
    const parked = run.failed(shardIndex, failure, this.#options);
    if (parked === undefined) return;
    this.#commands.push({ kind: "shard_parked", run: run.name, shardIndex, error: parked });
    this.#settle(run);
  }

  /** Ends a run whose prefix meets its rule, or whose prefix cannot grow. */
  #settle(run: ActiveRun): void {
    const { name, progress, disagreementCount, blockedBy: error } = run;
    const ended = { run: name, progress, disagreementCount };
    if (progress.met) this.#commands.push({ kind: "run_succeeded", ...ended });
    else if (error !== undefined) this.#commands.push({ kind: "run_failed", ...ended, error });
    else return;
    this.#remove(name);
  }

  #remove(name: string): void {
    const run = this.#runs.get(name);
    if (run === undefined) return;
    for (const shardIndex of run.leases.keys()) this.#revokeShard(run, shardIndex);
    this.#runs.delete(name);
  }

  #grantAll(): void {
    if (this.#runs.size === 0) return;
    for (const id of this.#workAppeared ? this.#workers.keys() : this.#affected) {
      const worker = this.#workers.get(id);
      if (worker === undefined || !this.#isPresent(worker)) continue;
      const leases = worker.devices.flatMap((device) => this.#fill(worker, device));
      if (leases.length > 0) this.#commands.push({ kind: "grant", worker: worker.id, leases });
    }
  }

  #fill(worker: Worker, device: Device): GrantedLease[] {
    const granted: GrantedLease[] = [];
    while (device.wantsMore(this.#options)) {
      const next = this.#nextShard(worker, device) ?? this.#straggler(worker, device);
      if (next === undefined) break;
      granted.push(this.#grant(worker, device, next.run, next.shardIndex));
    }
    return granted;
  }

  /** The next shard of the run that has the least work out, so that runs share the fleet fairly. */
  #nextShard(worker: Worker, device: Device) {
    let best: { run: ActiveRun; shardIndex: number } | undefined;
    for (const run of this.#runs.values()) {
      if (best !== undefined && run.leasedWork >= best.run.leasedWork) continue;
      if (!device.serves(run)) continue;
      const shardIndex = run.grantable(worker.id, (tried) =>
        [...this.#workers.values()].some(
          (other) => !tried.has(other.id) && this.#isPresent(other) && serves(other, run),
        ),
      );
      if (shardIndex !== undefined) best = { run, shardIndex };
    }
    return best;
  }

  #straggler(worker: Worker, device: Device) {
    if (!device.idle) return undefined;
    this.#stragglers ??= stragglers(this.#leases.values(), this.#runs, this.#now, this.#options);
    for (const [i, lease] of this.#stragglers.entries()) {
      const run = this.#runs.get(lease.run);
      if (run === undefined || !mayCopy(lease, run, worker, device)) continue;
      this.#stragglers.splice(i, 1);
      return { run, shardIndex: lease.shardIndex };
    }
    return undefined;
  }

  #grant(worker: Worker, device: Device, run: ActiveRun, shardIndex: number): GrantedLease {
    const { specification, plan } = run.progress;
    const id = this.#nextLease++;
    const { backend, sampling, network } = specification;
    const rateKey = `${backend}/${sampling}/${lawLabel(network.weights, network)}`;
    const work = plan.work(shardIndex);
    const lease: Lease = {
      id,
      run: run.name,
      shardIndex,
      worker: worker.id,
      device,
      grantedAt: this.#now,
      expectedSeconds: device.expectedSeconds(rateKey, work),
      work,
      rateKey,
      deadline: this.#now + this.#options.leaseDurationSeconds,
    };
    this.#leases.set(id, lease);
    device.leases.set(id, lease);
    const attempt = run.lease(shardIndex, id, device.generatorOf(backend));
    if (!run.started) {
      run.started = true;
      run.rate.start(this.#now);
      this.#commands.push({ kind: "run_started", run: run.name });
    }
    const task = plan.task(shardIndex);
    return { id, run: run.name, shardIndex, attempt, deviceIndex: device.index, task };
  }

  #release(lease: Lease): void {
    this.#leases.delete(lease.id);
    lease.device.leases.delete(lease.id);
    this.#affected.add(lease.worker);
    if (this.#runs.get(lease.run)?.release(lease.shardIndex, lease.id) === true) {
      this.#workAppeared = true;
    }
  }

  /** Takes the shard back from everyone who has it. */
  #revokeShard(run: ActiveRun, shardIndex: number): void {
    for (const id of run.leases.get(shardIndex) ?? []) {
      const lease = this.#leases.get(id);
      if (lease === undefined) continue;
      this.#release(lease);
      const worker = this.#workers.get(lease.worker);
      if (worker !== undefined) this.#revoke(worker, [lease]);
    }
  }

  #revoke(worker: Worker, leases: readonly Lease[]): void {
    if (!worker.connected || leases.length === 0) return;
    const ids = leases.map(({ id }) => id);
    this.#commands.push({ kind: "revoke", worker: worker.id, leases: ids });
  }

  /** Whether the worker takes leases: one that hangs keeps its stream and must not be fed. */
  #isPresent({ connected, draining, heardAt }: Worker): boolean {
    return connected && !draining && this.#now - heardAt < this.#options.leaseDurationSeconds;
  }

  /** The live lease that a result answers, if it does. */
  #leaseAnswered({
    lease: id,
    worker,
    run,
    shardIndex,
  }: EventOf<"shard_result">): Lease | undefined {
    const lease = this.#leases.get(id);
    return lease?.worker === worker && lease.run === run && lease.shardIndex === shardIndex
      ? lease
      : undefined;
  }

  #acknowledge({ worker, lease }: LeaseHolder): void {
    this.#commands.push({ kind: "acknowledge", worker, leases: [lease] });
  }

  #leasesOf(worker: string): Lease[] {
    const devices = this.#workers.get(worker)?.devices ?? [];
    return devices.flatMap((device) => [...device.leases.values()]);
  }
}

function serves(worker: Worker, run: Bits): boolean {
  return worker.devices.some((device) => device.serves(run));
}
