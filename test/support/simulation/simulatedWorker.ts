import type {
  DeviceDescription,
  EventOf,
  GrantedLease,
} from "../../../coordinator/scheduler/events.ts";
import type { ShardPartial } from "../../../shared/statistics/replicaSums.ts";
import { LeaseBook, type BookedLease } from "../../../worker/agent/leaseBook.ts";
import type { Random } from "../random.ts";
import { digestOf, IMPOSSIBLE_PARTIALS, lieAbout, syntheticPartial } from "../syntheticPartials.ts";
import type { Channel, ToWorker, WorkerEnd } from "./channel.ts";
import { generatorOf } from "./generators.ts";
import type { Timeline } from "./timeline.ts";
import { demand } from "./violation.ts";

/** How a worker behaves, for better or worse. It changes when faults stop. */
export interface Temperament {
  secondsPerReplica: number;
  /** Chance that a shard fails. */
  failure: number;
  /** Chance that a shard takes thirty times as long. */
  slowness: number;
  /** Chance that the worker sends its answer again, some time later. */
  repetition: number;
  nonsense: number;
  /** Lies that the worker has still to tell. */
  lies: number;
  lieChance: number;
  /** Whether the lies are greater than rounding explains. */
  liesGreatly: boolean;
  /** Whether the worker lies only where it has told the truth before. */
  contradictsItself: boolean;
  /** Whether the worker ignores revocations. */
  stubborn: boolean;
  /** Shards that the worker still finishes; then it keeps its leases for ever. */
  remainingShards: number;
}

/** How far the growth in the lies of two workers is apart: several times what rounding explains. */
const GREAT_LIE = 0.3;

/** A device as it is; it may not say all of that. */
export interface SimulatedDevice extends DeviceDescription {
  /** How the device rounds, which decides the generators of its partials. */
  readonly rounding: string;
}

/** A lease as a worker holds it. */
type HeldLease = BookedLease & Pick<GrantedLease, "run" | "shardIndex" | "task">;
type ComputedShard = Pick<EventOf<"shard_result">, "partial" | "computeSeconds">;

/** The surroundings of a worker. */
export interface Surroundings {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly heartbeatSeconds: number;
  connect(worker: SimulatedWorker): Channel;
  /** What a shard does to every worker that propagates it; undefined if it is sound. */
  poison(run: string, shardIndex: number): "fails" | "kills" | undefined;
}

type State = "working" | "draining" | "gone";

/** A worker like agent.ts, with its real lease book, in simulated time and with faults. */
export class SimulatedWorker implements WorkerEnd {
  readonly id: string;
  readonly devices: readonly SimulatedDevice[];
  readonly temperament: Temperament;
  readonly #surroundings: Surroundings;
  readonly #book: LeaseBook<HeldLease, ComputedShard>;
  #channel: Channel | undefined;
  #welcomed = false;
  #state: State = "working";
  /** What would have happened while the worker hung; undefined if it does not hang. */
  #backlog: (() => void)[] | undefined;

  constructor(
    id: string,
    devices: readonly SimulatedDevice[],
    temperament: Temperament,
    surroundings: Surroundings,
  ) {
    this.id = id;
    this.devices = devices;
    this.temperament = temperament;
    this.#surroundings = surroundings;
    this.#book = new LeaseBook(devices.map(({ slotCount }) => slotCount));
    this.#heartbeat();
    this.connect();
  }

  get state(): State {
    return this.#state;
  }

  /** Whether the worker waits for nothing: a silent one keeps leases, but owes no result. */
  get holdsNothing(): boolean {
    return this.temperament.remainingShards > 0
      ? this.#book.isEmpty
      : this.#book.finishedCount === 0;
  }

  /** Opens a stream that replaces any earlier one. */
  connect(): void {
    if (this.#state === "gone") return;
    this.#welcomed = false;
    this.#channel = this.#surroundings.connect(this);
    this.#channel.sendToCoordinator({
      kind: "worker_joined",
      worker: this.id,
      devices: this.devices,
      heldLeases: this.#heldLeases(),
    });
  }

  breakStream(): void {
    this.#channel?.cut();
  }

  crash(): void {
    this.#state = "gone";
    this.#channel?.cut();
  }

  /** Makes the worker hang until it is thawed: deaf and silent, while its stream stays up. */
  freeze(): void {
    this.#backlog ??= [];
  }

  thaw(): void {
    const backlog = this.#backlog ?? [];
    this.#backlog = undefined;
    for (const action of backlog) this.#act(action);
  }

  drain(): void {
    if (this.#state !== "working") return;
    this.#state = "draining";
    this.#handBack();
    this.#leaveIfDone();
  }

  receive(message: ToWorker): void {
    this.#act(() => {
      switch (message.kind) {
        case "welcome":
          this.#welcome();
          break;
        case "grant":
          for (const lease of message.leases) this.#granted(lease);
          this.#startMore();
          break;
        case "revoke":
          if (!this.temperament.stubborn) this.#book.drop(message.leases.map(String));
          break;
        case "acknowledge":
          this.#book.drop(message.leases.map(String));
          break;
        case "quarantine":
          this.#dismissed();
          break;
      }
      this.#leaveIfDone();
    });
  }

  streamBroke(channel: Channel): void {
    if (channel !== this.#channel || this.#state === "gone") return;
    this.#channel = undefined;
    this.#welcomed = false;
    this.#later(this.#surroundings.random.exponential(2), () => {
      if (this.#channel === undefined) this.connect();
    });
  }

  #welcome(): void {
    this.#welcomed = true;
    for (const { lease, result } of this.#book.finished()) this.#deliver(lease, result);
    if (this.#state === "draining") this.#handBack();
  }

  #granted({ id, run, shardIndex, deviceIndex, task }: GrantedLease): void {
    const lease = { id: String(id), run, shardIndex, deviceIndex, task };
    const isNew = !this.#book.heldIds.includes(lease.id);
    demand(
      isNew,
      "a lease has a number of its own",
      () => `${this.id} holds a lease ${id} already`,
    );
    if (this.#state === "working") this.#book.grant(lease);
    else
      this.#channel?.sendToCoordinator({
        kind: "worker_draining",
        worker: this.id,
        returnedLeases: [id],
      });
  }

  #startMore(): void {
    for (const lease of this.#book.start()) {
      const { random } = this.#surroundings;
      const { secondsPerReplica, slowness } = this.temperament;
      const factor = random.between(0.8, 1.2) * (random.chance(slowness) ? 30 : 1);
      const computeSeconds = secondsPerReplica * lease.task.replicaCount * factor;
      this.#later(computeSeconds, () => {
        this.#computed(lease, computeSeconds);
        this.#startMore();
        this.#leaveIfDone();
      });
    }
  }

  #computed(lease: HeldLease, computeSeconds: number): void {
    const { random } = this.#surroundings;
    if (this.temperament.remainingShards <= 0) return;
    this.temperament.remainingShards -= 1;
    const poison = this.#surroundings.poison(lease.run, lease.shardIndex);
    if (poison === "kills") this.crash();
    else if (poison === "fails" || random.chance(this.temperament.failure)) this.#fail(lease);
    else {
      const computed = { partial: this.#answer(lease, false), computeSeconds };
      if (this.#book.finish(lease, computed) || this.temperament.stubborn) {
        this.#deliver(lease, computed);
      }
      if (random.chance(this.temperament.repetition)) this.#repeat(lease, computeSeconds);
    }
  }

  #fail(lease: HeldLease): void {
    if (!this.#book.fail(lease) || !this.#welcomed) return;
    const failure = { lease: Number(lease.id), error: "out of memory" };
    this.#channel?.sendToCoordinator({ kind: "shard_failed", worker: this.id, ...failure });
  }

  #answer(lease: HeldLease, isRepetition: boolean): ShardPartial {
    const { random } = this.#surroundings;
    const { backend } = lease.task.specification;
    if (backend === "any") throw new Error("a task must name its backend");
    const device = this.devices[lease.deviceIndex];
    const generator = generatorOf(backend, device?.rounding ?? "");
    const truth = syntheticPartial(lease.task, generator);
    if (random.chance(this.temperament.nonsense)) return random.pick(IMPOSSIBLE_PARTIALS)(truth);
    if (this.temperament.contradictsItself && !isRepetition) return truth;
    if (this.temperament.lies === 0 || !random.chance(this.temperament.lieChance)) return truth;
    this.temperament.lies -= 1;
    // Each worker lies in its own way: no two tell the same lie. A great one shows beside a partial
    // of any generator of the stream, and a small one in the bits alone.
    const which = Number(this.id.split("-")[1]);
    if (!this.temperament.liesGreatly) return lieAbout(truth, which);
    return syntheticPartial(lease.task, generator, GREAT_LIE * which);
  }

  #repeat(lease: HeldLease, computeSeconds: number): void {
    const partial = this.#answer(lease, true);
    this.#later(this.#surroundings.random.exponential(3), () => {
      this.#deliver(lease, { partial, computeSeconds });
    });
  }

  #deliver({ id, run, shardIndex }: HeldLease, { partial, computeSeconds }: ComputedShard): void {
    if (!this.#welcomed) return;
    this.#channel?.sendToCoordinator({
      kind: "shard_result",
      worker: this.id,
      lease: Number(id),
      run,
      shardIndex,
      partial,
      digest: digestOf(partial),
      computeSeconds,
    });
  }

  #handBack(): void {
    if (!this.#welcomed) return;
    const returnedLeases = this.#book.handBack(false).map(Number);
    this.#channel?.sendToCoordinator({ kind: "worker_draining", worker: this.id, returnedLeases });
  }

  #heartbeat(): void {
    this.#later(this.#surroundings.heartbeatSeconds, () => {
      if (this.#welcomed) {
        const heldLeases = this.#heldLeases();
        this.#channel?.sendToCoordinator({ kind: "heartbeat", worker: this.id, heldLeases });
      }
      this.#heartbeat();
    });
  }

  /** Ends the worker's process; a restart under its name is turned away. */
  #dismissed(): void {
    this.#state = "gone";
    this.#surroundings.timeline.after(5, () => {
      const channel = this.#surroundings.connect(this);
      const { id: worker, devices } = this;
      channel.sendToCoordinator({ kind: "worker_joined", worker, devices, heldLeases: [] });
    });
  }

  #leaveIfDone(): void {
    if (this.#state !== "draining" || !this.#book.isEmpty) return;
    this.#state = "gone";
    this.#channel?.end();
  }

  #heldLeases(): number[] {
    return this.#book.heldIds.map(Number);
  }

  #later(seconds: number, action: () => void): void {
    this.#surroundings.timeline.after(seconds, () => {
      this.#act(action);
    });
  }

  #act(action: () => void): void {
    if (this.#state === "gone") return;
    if (this.#backlog === undefined) action();
    else this.#backlog.push(action);
  }
}
