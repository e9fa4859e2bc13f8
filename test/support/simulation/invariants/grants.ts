import type { GrantedLease, SchedulerCommand } from "../../../../coordinator/scheduler/events.ts";
import type { Worker } from "../../../../coordinator/scheduler/fleet.ts";
import type { RunProgress } from "../../../../coordinator/scheduler/runProgress.ts";
import { backendsFor } from "../../../../shared/kinds/propagation/capabilities.ts";
import type { PropagationSpecification } from "../../../../shared/kinds/propagation/specification.ts";
import { demand } from "../violation.ts";
import type { Mirror, MirroredRun } from "./mirror.ts";
import type { Invariant, Observed, Step } from "./observed.ts";

const REACHABLE = "a lease goes to a worker that is there to take it";
const OTHERS_FIRST = "a shard goes back to a worker that failed it only if nobody else is left";
const SHARD_ORDER = "the shards of a run are granted in order";
const FAIR = "no run is granted while another has less work out and a shard to grant";
const BUSY = "no device is idle while a shard waits for it";
const ABLE = "a backend is given only what it can do";
const FASTEST = "a device computes a run with its fastest backend";
const ONE_KIND = "a run is granted to devices of one generator";
const IMPARTIAL = "a shard in dispute is granted to nobody who has taken sides";
const PATIENT = "nothing is granted while the ledger is behind";
const ATTEMPTS = "every attempt has a new number";

/** Checks grants: fair between runs, then in shard order, and only to workers that are present. */
export class Grants implements Invariant {
  readonly #observed: Observed;
  readonly #mirror: Mirror;
  /** The horizon of each run, which moves only with the fold. */
  readonly #horizons = new WeakMap<
    MirroredRun,
    { readonly folded: number; readonly horizon: number }
  >();

  constructor(observed: Observed, mirror: Mirror) {
    this.#observed = observed;
    this.#mirror = mirror;
  }

  command(command: SchedulerCommand): void {
    if (command.kind !== "grant") return;
    const worker = this.#observed.scheduler.workers.get(command.worker);
    const isThere = worker?.connected === true && !worker.draining;
    demand(
      isThere && !this.#mirror.isSilent(worker.id),
      REACHABLE,
      () => `${command.worker} is not connected, silent or leaves`,
    );
    demand(!this.#isLedgerBehind, PATIENT, () => `${this.#mirror.recording.size} partials wait`);
    for (const lease of command.leases) {
      this.#granted(worker, lease);
    }
  }

  state(step: Step): void {
    // Heartbeats are many and bring no work: a worker that one awoke is served by the next tick.
    if (step.event.kind === "heartbeat" || this.#isLedgerBehind) return;
    const waiting = new Map<MirroredRun, readonly number[]>();
    for (const run of this.#mirror.runs.values()) waiting.set(run, this.#waiting(run));
    this.#fair(step, waiting);
    for (const worker of this.#observed.scheduler.workers.values()) {
      if (this.#isSurelyThere(worker)) this.#busy(worker, waiting);
    }
  }

  get #isLedgerBehind(): boolean {
    return this.#mirror.recording.size >= this.#observed.options.maximumRecordings;
  }

  #granted(
    worker: Worker,
    { run: name, shardIndex, attempt, deviceIndex, id, task }: GrantedLease,
  ): void {
    const run = this.#mirror.runs.get(name);
    demand(run !== undefined, REACHABLE, () => `lease ${id} is of ${name}, which is not active`);
    const { backend } = task.specification;
    const device = this.#mirror.devices.get(worker.id)?.[deviceIndex];
    const serves = device?.backends.some((own) => own.name === backend);
    demand(serves === true, REACHABLE, () => `lease ${id} is of ${backend}`);
    const able = backendsFor(run.plan.specification as PropagationSpecification);
    demand(
      able.some((own) => own === backend),
      ABLE,
      () => `lease ${id} is of ${backend}`,
    );
    demand(
      device !== undefined && run.isFor(device),
      ONE_KIND,
      () => `lease ${id} is of ${name}, which is bound to ${run.generator}`,
    );
    demand(
      !run.isMixed || device === undefined || run.chosen(device)?.name === backend,
      FASTEST,
      () => `lease ${id} is of ${backend}`,
    );
    const isCheck = this.#mirror.isSettled(run, shardIndex);
    const expected = (run.attempts.get(shardIndex) ?? 0) + 1;
    demand(
      attempt === expected,
      ATTEMPTS,
      () => `lease ${id} is attempt ${attempt}, not ${expected}`,
    );
    const tried = run.trouble.get(shardIndex)?.workers;
    demand(
      !this.#mirror.testimony.hasClaim(`${name}#${shardIndex}`, worker.id),
      IMPARTIAL,
      () => `${name}#${shardIndex} to ${worker.id}`,
    );
    if (isCheck || tried?.has(worker.id) !== true) return;
    const others = [...this.#observed.scheduler.workers.values()].filter(
      (other) =>
        this.#isFree(run, shardIndex, other.id, undefined) &&
        this.#mayServe(other, run) &&
        !this.#isSilent(other) &&
        !this.#isRelieved(other) &&
        !this.#hasLost(name, shardIndex, other.id),
    );
    demand(
      others.length === 0,
      OTHERS_FIRST,
      () => `${name}#${shardIndex} to ${worker.id}, though ${others[0]?.id} has not tried it`,
    );
  }

  /** Replays the grants of the event in their order: whatever still waits has waited then. */
  #fair({ commands }: Step, waiting: ReadonlyMap<MirroredRun, readonly number[]>): void {
    const grants = commands.flatMap((command) => (command.kind === "grant" ? [command] : []));
    if (grants.length === 0) return;
    const work = new Map<string, number>();
    for (const run of this.#observed.scheduler.runs.values()) work.set(run.name, run.leasedWork);
    const add = (name: string, shardIndex: number, sign: 1 | -1) => {
      const amount = this.#mirror.runs.get(name)?.plan.work(shardIndex) ?? 0;
      work.set(name, (work.get(name) ?? 0) + sign * amount);
    };
    const leases = grants.flatMap((grant) => grant.leases);
    for (const { run, shardIndex } of leases) add(run, shardIndex, -1);
    for (const { worker, leases: granted } of grants) {
      for (const lease of granted) {
        if (!this.#isCopy(lease)) this.#preferred(worker, lease, work, waiting);
        add(lease.run, lease.shardIndex, 1);
      }
    }
  }

  #preferred(
    workerId: string,
    lease: GrantedLease,
    work: ReadonlyMap<string, number>,
    waiting: ReadonlyMap<MirroredRun, readonly number[]>,
  ): void {
    const granted = this.#mirror.runs.get(lease.run);
    const device = this.#mirror.devices.get(workerId)?.[lease.deviceIndex];
    for (const [run, shards] of waiting) {
      const generator = device && run.chosen(device)?.generator;
      const shard = shards.find((shardIndex) => this.#isFree(run, shardIndex, workerId, generator));
      if (shard === undefined) continue;
      if (run === granted) {
        if (this.#mirror.isSettled(run, lease.shardIndex)) continue;
        demand(
          lease.shardIndex < shard,
          SHARD_ORDER,
          () => `${run.name}#${shard} was left waiting`,
        );
      } else if (device !== undefined && run.isFor(device)) {
        demand(
          (work.get(lease.run) ?? 0) <= (work.get(run.name) ?? 0),
          FAIR,
          () => `${lease.run}#${lease.shardIndex} was granted before ${run.name}#${shard}`,
        );
      }
    }
  }

  #busy(worker: Worker, waiting: ReadonlyMap<MirroredRun, readonly number[]>): void {
    for (const { description, leases, index } of worker.devices) {
      if (leases.size >= description.slotCount) continue;
      for (const [run, shards] of waiting) {
        const device = this.#mirror.devices.get(worker.id)?.[index];
        if (device === undefined || !run.isFor(device)) continue;
        const generator = run.chosen(device)?.generator;
        const shard = shards.find((shardIndex) =>
          this.#isFree(run, shardIndex, worker.id, generator),
        );
        demand(
          shard === undefined,
          BUSY,
          () => `device ${index} of ${worker.id}: ${run.name}#${shard}`,
        );
      }
    }
  }

  /** Shards within the run's horizon that no worker has and that are not settled, ascending. */
  #waiting(run: MirroredRun): number[] {
    const active = this.#observed.scheduler.runs.get(run.name);
    if (active === undefined || active.progress.met) return [];
    const waiting: number[] = [];
    const folded = active.progress.foldedShards;
    const horizon = this.#horizon(run, active.progress);
    for (let shardIndex = folded; shardIndex < horizon; shardIndex++) {
      if (active.leases.has(shardIndex) || run.parked.has(shardIndex)) continue;
      if (!this.#mirror.isSettled(run, shardIndex)) waiting.push(shardIndex);
    }
    return waiting;
  }

  /** Whether a shard that waits may be granted to the worker. */
  #isFree(
    run: MirroredRun,
    shardIndex: number,
    worker: string,
    generator: string | undefined,
  ): boolean {
    const { testimony } = this.#mirror;
    return (
      testimony.maySettle(`${run.name}#${shardIndex}`, generator || undefined) &&
      !hasTried(run, shardIndex, worker) &&
      !testimony.hasClaim(`${run.name}#${shardIndex}`, worker)
    );
  }

  #isSurelyThere({ id, connected, draining }: Worker): boolean {
    return connected && !draining && !this.#mirror.mayBeSilent(id);
  }

  #horizon(run: MirroredRun, progress: RunProgress): number {
    const folded = progress.foldedShards;
    const known = this.#horizons.get(run);
    if (known?.folded === folded) return known.horizon;
    const { horizon } = progress;
    this.#horizons.set(run, { folded, horizon });
    return horizon;
  }

  /** Whether another lease of the shard was live when this one was granted. */
  #isCopy({ run, shardIndex, id }: GrantedLease): boolean {
    const leases = this.#observed.scheduler.runs.get(run)?.leases.get(shardIndex) ?? [];
    return [...leases].some((other) => other < id);
  }

  /** Whether the worker had the shard before this event, and has it no longer: it was silent. */
  #hasLost(run: string, shardIndex: number, worker: string): boolean {
    const { leases } = this.#observed.scheduler;
    return [...this.#mirror.leases].some(
      ([id, lease]) =>
        lease.run === run &&
        lease.shardIndex === shardIndex &&
        lease.worker === worker &&
        !leases.has(id),
    );
  }

  /** Whether the worker has long kept leases without answering any. */
  #isSilent({ devices }: Worker): boolean {
    const { generatorPatienceSeconds } = this.#observed.options;
    return devices.some((device) => device.isSilent(this.#mirror.now, generatorPatienceSeconds));
  }

  /**
   * Whether this event takes a lease from the worker after the present command. It may have been
   * silent with that lease until then.
   */
  #isRelieved({ id: worker }: Worker): boolean {
    const { leases } = this.#observed.scheduler;
    return [...this.#mirror.leases].some(
      ([id, lease]) => lease.worker === worker && !leases.has(id),
    );
  }

  #mayServe(worker: Worker, run: MirroredRun): boolean {
    const devices = this.#mirror.devices.get(worker.id) ?? [];
    return devices.some((device) => run.isFor(device)) && this.#isSurelyThere(worker);
  }
}

function hasTried(run: MirroredRun, shardIndex: number, worker: string): boolean {
  return run.trouble.get(shardIndex)?.workers.has(worker) ?? false;
}
