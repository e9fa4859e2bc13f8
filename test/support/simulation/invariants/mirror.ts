import type { Lease } from "../../../../coordinator/scheduler/fleet.ts";
import type { RecordedShard } from "../../../../coordinator/plan/recordedShard.ts";
import type {
  DeviceDescription,
  SchedulerCommand,
  SchedulerEvent,
} from "../../../../coordinator/scheduler/events.ts";
import { Testimony } from "./testimony.ts";
import { ShardPlan } from "../../../../coordinator/plan/shardPlan.ts";
import { problemOf } from "../../runShards.ts";
import type { BackendName, DeviceBackend } from "../../../../shared/specification/backends.ts";
import type { Observed } from "./observed.ts";

type EventOf<Kind extends SchedulerEvent["kind"]> = Extract<SchedulerEvent, { kind: Kind }>;

/** Failed attempts at a shard. */
export interface MirroredTrouble {
  errors: number;
  /** At most this many: from outside nobody sees if a lost worker was at work on the shard. */
  losses: number;
  readonly workers: Set<string>;
}

const FASTEST_FIRST = ["webgpu", "simd", "tensorflow", "reference"] as const;

/** A run between its submission and its end, as an outsider sees it. */
export class MirroredRun {
  readonly name: string;
  readonly plan: ShardPlan;
  /** Shards that the scheduler was told are durable. */
  readonly durable: Set<number>;
  readonly parked = new Set<number>();
  readonly attempts = new Map<number, number>();
  /** Failed attempts by shard that none has succeeded since, those before the run was withdrawn included. */
  readonly trouble: Map<number, MirroredTrouble>;
  /** Whether every backend that can do the run may do any of its shards. */
  readonly isMixed: boolean;
  readonly backends: readonly BackendName[];
  /** Generator of the first partial that was accepted; a mixed run has none. */
  generator: string | undefined;
  /** Generators that were given up for the run; the scheduler knows for how long. */
  readonly superseded: () => ReadonlySet<string>;

  constructor(
    { run, specification, beginning, recorded }: EventOf<"run_submitted">,
    superseded: () => ReadonlySet<string>,
    trouble: Map<number, MirroredTrouble>,
  ) {
    const { fold, stored = [], generator } = beginning ?? {};
    this.name = run;
    this.isMixed = specification.backend === "any";
    if (!this.isMixed) this.generator = generator ?? recorded[0]?.partial.generator;
    this.backends = specification.kind.backends(specification);
    this.superseded = superseded;
    this.trouble = trouble;
    this.plan = new ShardPlan(specification);
    this.durable = new Set(recorded.map(({ shardIndex }) => shardIndex));
    for (const { first, end } of [{ first: 0, end: fold?.shardCount ?? 0 }, ...stored]) {
      for (let shard = first; shard < end; shard++) this.durable.add(shard);
    }
  }

  troubleOf(shardIndex: number): MirroredTrouble {
    const trouble = this.trouble.get(shardIndex) ?? {
      errors: 0,
      losses: 0,
      workers: new Set<string>(),
    };
    this.trouble.set(shardIndex, trouble);
    return trouble;
  }

  /** Whether a device has a backend of the run and, if both are known, its generator. */
  isFor(device: DeviceDescription): boolean {
    return this.chosen(device) !== undefined;
  }

  /** The backend with which a device does the run: that which is usually the fastest. */
  chosen({ backends }: DeviceDescription): DeviceBackend | undefined {
    return FASTEST_FIRST.flatMap((name) => backends.find((own) => own.name === name) ?? []).find(
      ({ name, generator }) =>
        this.backends.includes(name) && (generator === "" || this.takes(generator)),
    );
  }

  /** Whether partials of this generator may count. */
  takes(generator: string): boolean {
    return this.generator === undefined
      ? !this.superseded().has(generator)
      : this.generator === generator;
  }

  isShard(shardIndex: number, replicaCount: number): boolean {
    const { plan } = this;
    return shardIndex < plan.shardCount && plan.shard(shardIndex).replicaCount === replicaCount;
  }
}

/** State that follows only from events and commands: the invariants compare the scheduler to it. */
export class Mirror {
  readonly runs = new Map<string, MirroredRun>();
  /** Failed attempts at the shards of each run that has not ended, active or withdrawn. */
  readonly #troubles = new Map<string, Map<number, MirroredTrouble>>();
  /** Partials that are on their way to the ledger, by `run#shard`. */
  readonly recording = new Map<string, RecordedShard>();
  readonly quarantined = new Set<string>();
  /** Who said what about which shard. */
  readonly testimony = new Testimony();
  /** The last result under each lease, by `worker/lease`. */
  readonly delivered = new Map<string, EventOf<"shard_result">>();
  /** Devices that each worker has named. */
  readonly devices = new Map<string, readonly DeviceDescription[]>();
  /** Time at which each worker was last heard. */
  readonly #heardAt = new Map<string, number>();
  /** Workers that were silent for long and have just been heard again, by a heartbeat. */
  readonly #awoken = new Set<string>();
  /** Workers that may have let a lease expire and have not been heard since. */
  readonly #late = new Set<string>();
  /** Leases after the previous event. */
  leases = new Map<number, Pick<Lease, "run" | "shardIndex" | "worker" | "device" | "backend">>();
  readonly #impossible = new WeakSet<EventOf<"shard_result">>();
  readonly #needless = new WeakSet<EventOf<"shard_result">>();
  /** Results that were contradicted, or whose shards were taken back: nobody must keep them. */
  readonly #doubtful = new WeakSet<EventOf<"shard_result">>();
  /** The scheduler's time, which stands still when the clock jumps back. */
  now = 0;
  readonly #observed: Observed;

  constructor(observed: Observed) {
    this.#observed = observed;
  }

  isRecording(run: string, shardIndex: number): boolean {
    return this.recording.has(`${run}#${shardIndex}`);
  }

  isSettled(run: MirroredRun, shardIndex: number): boolean {
    return run.durable.has(shardIndex) || this.isRecording(run.name, shardIndex);
  }

  /** The partial that was accepted for a shard, if one was, and what the scheduler keeps of it. */
  #accepted({ name, isMixed }: MirroredRun, shardIndex: number) {
    const recording = this.recording.get(`${name}#${shardIndex}`);
    const accepted = recording ?? this.#observed.ledger.shards(name).get(shardIndex);
    if (accepted === undefined) return undefined;
    const origin = this.#observed.scheduler.runs.get(name)?.trust.originOf(shardIndex);
    const isWhole = recording !== undefined || origin?.sums !== undefined;
    const isNamed = !isMixed || origin !== undefined;
    const kept = isWhole ? "its sums" : isNamed ? "its generator" : "nothing";
    return { partial: accepted.partial, isMixed, kept } as const;
  }

  /** The active run of a result; undefined if the shard was a different one when it was granted. */
  run(result: EventOf<"shard_result">): MirroredRun | undefined {
    const run = this.runs.get(result.run);
    const { worker, run: name, shardIndex } = this.leases.get(result.lease) ?? {};
    const isOfLease =
      worker === result.worker && name === result.run && shardIndex === result.shardIndex;
    const isShard = run?.isShard(result.shardIndex, result.partial.replicaCount) ?? false;
    return isOfLease || isShard ? run : undefined;
  }

  /** Whether the result was impossible when it came. */
  isImpossible(result: EventOf<"shard_result">): boolean {
    return this.#impossible.has(result);
  }

  /** Whether the result's run was not active when it came. */
  isNeedless(result: EventOf<"shard_result">): boolean {
    return this.#needless.has(result);
  }

  /** Whether the result's shard was in dispute, or was taken back later. */
  isDoubtful(result: EventOf<"shard_result">): boolean {
    return this.#doubtful.has(result);
  }

  event(event: SchedulerEvent, at: number): void {
    this.now = Math.max(this.now, at);
    if (event.kind === "tick") this.#awoken.clear();
    if ("worker" in event) this.#heard(event.worker, event.kind === "heartbeat");
    switch (event.kind) {
      case "run_submitted": {
        const trouble = this.#troubles.get(event.run) ?? new Map<number, MirroredTrouble>();
        this.#troubles.set(event.run, trouble);
        const superseded = () =>
          this.#observed.scheduler.runs.get(event.run)?.superseded ?? new Set();
        this.runs.set(event.run, new MirroredRun(event, superseded, trouble));
        break;
      }
      case "runs_withdrawn":
        for (const run of event.runs) this.runs.delete(run);
        break;
      case "runs_cancelled":
        for (const run of event.runs) this.#ended(run);
        break;
      case "shard_recorded":
        this.recording.delete(`${event.run}#${event.shardIndex}`);
        this.runs.get(event.run)?.durable.add(event.shardIndex);
        break;
      case "shard_result": {
        if (this.quarantined.has(event.worker)) break;
        this.delivered.set(`${event.worker}/${event.lease}`, event);
        const run = this.run(event);
        if (run !== undefined) this.#judge(event, run);
        else if (!this.runs.has(event.run)) this.#needless.add(event);
        break;
      }
      case "shard_failed":
        this.#error(event);
        break;
      case "worker_joined":
        // A worker that is still known keeps what it said it has, and what its partials showed.
        if (!this.#observed.scheduler.workers.has(event.worker)) {
          this.devices.set(event.worker, event.devices);
        }
        break;
      case "heartbeat":
      case "shards_loaded":
      case "worker_draining":
      case "worker_disconnected":
      case "tick":
        break;
    }
  }

  /** Whether the worker was silent for as long as a lease lives without a heartbeat. */
  isSilent(worker: string): boolean {
    const heardAt = this.#heardAt.get(worker) ?? -Infinity;
    return this.now - heardAt >= this.#observed.options.leaseDurationSeconds;
  }

  /** Whether the worker was heard within the last three heartbeats. */
  isLively(worker: string): boolean {
    const heardAt = this.#heardAt.get(worker) ?? -Infinity;
    return this.now - heardAt < 0.3 * this.#observed.options.leaseDurationSeconds;
  }

  /** Whether the scheduler may take the worker for absent, so that it gets no lease. */
  mayBeSilent(worker: string): boolean {
    return this.isSilent(worker) || this.#late.has(worker) || this.#awoken.has(worker);
  }

  /** Takes note that the event was handled; the scheduler's leases show what it expired. */
  handled(event: SchedulerEvent): void {
    if (event.kind !== "tick") return;
    for (const [id, { run, shardIndex, worker }] of this.leases) {
      if (this.#observed.scheduler.leases.has(id)) continue;
      this.#late.add(worker);
      const mirrored = this.runs.get(run);
      if (mirrored !== undefined) mirrored.troubleOf(shardIndex).losses += 1;
    }
  }

  command(command: SchedulerCommand): void {
    switch (command.kind) {
      case "grant":
        for (const lease of command.leases) {
          this.runs.get(lease.run)?.attempts.set(lease.shardIndex, lease.attempt);
        }
        break;
      case "record":
        this.recording.set(`${command.run}#${command.shard.shardIndex}`, command.shard);
        this.testimony.recorded(`${command.run}#${command.shard.shardIndex}`, command.shard);
        this.#troubles.get(command.run)?.delete(command.shard.shardIndex);
        this.#tie(this.runs.get(command.run), command.shard);
        break;
      case "quarantine":
        this.quarantined.add(command.worker);
        this.testimony.disbelieve(command.worker);
        break;
      case "shard_parked":
        this.runs.get(command.run)?.parked.add(command.shardIndex);
        break;
      case "retract":
        this.runs.delete(command.run);
        for (const shardIndex of command.shards) this.#retracted(command.run, shardIndex);
        if (command.superseded !== undefined) this.testimony.superseded(command.run);
        break;
      case "run_succeeded":
      case "run_failed":
        this.#ended(command.run);
        break;
      case "revoke":
      case "acknowledge":
      case "run_started":
      case "run_advanced":
      case "load":
      case "disagreement":
      case "partial_refused":
        break;
    }
  }

  /** Takes note that all commands of the event were looked at. */
  settled(): void {
    this.leases = new Map(this.#observed.scheduler.leases);
  }

  #ended(run: string): void {
    this.runs.delete(run);
    this.#troubles.delete(run);
    this.testimony.forget(run);
  }

  #heard(worker: string, byHeartbeat: boolean): void {
    if (!byHeartbeat) this.#awoken.delete(worker);
    else if (this.isSilent(worker) || this.#late.has(worker)) this.#awoken.add(worker);
    this.#late.delete(worker);
    this.#heardAt.set(worker, this.now);
  }

  #tie(run: MirroredRun | undefined, { shardIndex, partial }: RecordedShard): void {
    run?.parked.delete(shardIndex);
    if (run === undefined) return;
    if (!run.isMixed) run.generator ??= partial.generator;
  }

  #retracted(run: string, shardIndex: number): void {
    this.recording.delete(`${run}#${shardIndex}`);
    this.testimony.retracted(`${run}#${shardIndex}`);
    for (const result of this.delivered.values()) {
      if (result.run === run && result.shardIndex === shardIndex) this.#doubtful.add(result);
    }
  }

  #judge(result: EventOf<"shard_result">, run: MirroredRun): void {
    const { shardIndex, partial } = result;
    const isOfOtherKind = !run.takes(partial.generator);
    const isNews = this.#learns(result, run);
    const backend = this.#backendOf(result, run);
    const isPossible =
      !isOfOtherKind &&
      backend !== undefined &&
      problemOf(run.plan.task(shardIndex, backend), partial) === undefined;
    if (isPossible) {
      const name = `${run.name}#${shardIndex}`;
      const isDisputed = this.testimony.isDisputed(name, result);
      this.testimony.hear(name, result, run.isMixed, this.#accepted(run, shardIndex));
      const isContradicted = this.testimony.weightOf(result)?.startsWith("contradicts");
      if (isDisputed || isContradicted === true) this.#doubtful.add(result);
      return;
    }
    this.#impossible.add(result);
    if (!(isOfOtherKind && isNews)) this.#error(result);
  }

  /** The backend that a result must be of; undefined if it is of none of the run's. */
  #backendOf(result: EventOf<"shard_result">, run: MirroredRun): BackendName | undefined {
    const lease = this.leases.get(result.lease);
    const isOfLease = lease?.worker === result.worker && lease.run === run.name;
    if (isOfLease && lease.shardIndex === result.shardIndex) return lease.backend;
    return run.backends.find((name) => name === result.partial.backend);
  }

  /** Whether the answer to a live lease shows a generator that the device has not named. */
  #learns(result: EventOf<"shard_result">, run: MirroredRun): boolean {
    const lease = this.leases.get(result.lease);
    const { worker, partial } = result;
    if (lease?.worker !== worker || lease.run !== run.name) return false;
    if (lease.shardIndex !== result.shardIndex) return false;
    const { backend } = lease;
    const devices = this.devices.get(worker) ?? [];
    const device = devices[lease.device.index];
    const isUnknown = ({ name, generator }: DeviceBackend) => name === backend && generator === "";
    if (device?.backends.some(isUnknown) !== true) return false;
    const backends = device.backends.map((own) =>
      isUnknown(own) ? { ...own, generator: partial.generator } : own,
    );
    this.devices.set(worker, devices.with(lease.device.index, { ...device, backends }));
    return true;
  }

  #error(event: EventOf<"shard_failed"> | EventOf<"shard_result">): void {
    const lease = this.leases.get(event.lease);
    if (lease?.worker !== event.worker) return;
    const run = this.runs.get(lease.run);
    // A check that fails says nothing of a shard that was answered.
    if (run === undefined || this.isSettled(run, lease.shardIndex)) return;
    const trouble = run.troubleOf(lease.shardIndex);
    trouble.errors += 1;
    trouble.workers.add(event.worker);
  }
}
