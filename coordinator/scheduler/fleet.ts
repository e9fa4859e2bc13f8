import type { BackendName, DeviceBackend } from "../../shared/specification/backends.ts";
import type { DeviceDescription } from "./events.ts";
import type { Identity } from "./trust/claim.ts";
import type { SchedulerOptions } from "./options.ts";

/** A lease as the scheduler keeps it. */
export interface Lease {
  readonly id: number;
  readonly run: string;
  readonly shardIndex: number;
  readonly worker: string;
  readonly device: Device;
  /** The backend that the device computes the shard with. */
  readonly backend: BackendName;
  readonly grantedAt: number;
  /** When the lease came into a slot of its device, as far as can be seen from here. */
  startedAt?: number;
  readonly expectedSeconds: number | undefined;
  /** Weights to draw. */
  readonly work: number;
  /** The key under which the device's rate is learned. */
  readonly rateKey: string;
  deadline: number;
}

/** What decides the bits of a run's partials. */
export interface Bits {
  /** The backends that can do the run, of which it has one, or any. */
  readonly backends: readonly BackendName[];
  /** The run's kind as on the wire. */
  readonly wireKind: string | number;
  /** Undefined while any generator will do, but for those given up. */
  readonly generator: string | undefined;
  /** Generators that were given up. */
  readonly superseded: ReadonlySet<string>;
}

/** A worker that has joined and is not lost. */
export interface Worker {
  readonly id: string;
  readonly devices: readonly Device[];
  connected: boolean;
  draining: boolean;
  /** When the worker's last message came. */
  heardAt: number;
}

/** Backends in the order in which they are taken to be fast where no measurement says so. */
const USUALLY_FASTEST_FIRST: readonly BackendName[] = ["webgpu", "simd", "tensorflow", "reference"];

function fastestFirst(backends: readonly DeviceBackend[]): readonly DeviceBackend[] {
  return backends.toSorted(
    (a, b) =>
      (b.weightsPerSecond ?? 0) - (a.weightsPerSecond ?? 0) ||
      USUALLY_FASTEST_FIRST.indexOf(a.name) - USUALLY_FASTEST_FIRST.indexOf(b.name),
  );
}

/** What a device computes that names no kinds, as those of versions before 0.2.0. */
const UNNAMED_KINDS: readonly (string | number)[] = ["RUN_KIND_PROPAGATION"];

/**
 * True if a device computes runs of a kind with a backend. Kinds without a name in the contract are
 * never asked after: whoever brings one along sees to it that the workers know it.
 */
function computes({ kinds = UNNAMED_KINDS }: DeviceBackend, wireKind: string | number): boolean {
  return typeof wireKind === "number" || kinds.includes(wireKind);
}

/** Weight of the newest measurement in a device's rate. */
const NEWEST_WEIGHT = 0.3;

/** One device of a worker: the leases it holds, in the order of its work, and its speed. */
export class Device {
  readonly index: number;
  readonly #leases = new Map<number, Lease>();
  /** What the leases are expected to take together, and how many of them nobody can tell of. */
  #expectedSeconds = 0;
  #unexpectedCount = 0;
  #description: DeviceDescription;
  #generators: Map<BackendName, string>;
  #fastestFirst: readonly DeviceBackend[];
  readonly #secondsPerWork = new Map<string, number>();
  /** Leases beyond one for each slot when the device was last filled. */
  #ahead = 0;
  #answeredAt = -Infinity;

  constructor(index: number, description: DeviceDescription) {
    this.index = index;
    this.#description = description;
    this.#generators = new Map(
      description.backends.map(({ name, generator }) => [name, generator]),
    );
    this.#fastestFirst = fastestFirst(description.backends);
  }

  /** The leases that the device holds, in the order of its work. */
  get leases(): ReadonlyMap<number, Lease> {
    return this.#leases;
  }

  /** Notes a new lease. */
  hold(lease: Lease, now: number): void {
    this.#leases.set(lease.id, lease);
    this.#count(lease, 1);
    if (this.#leases.size <= this.description.slotCount) lease.startedAt = now;
  }

  /** Notes that a lease has ended, so that the next one comes into its slot. */
  drop(lease: Lease, now: number): void {
    if (!this.#leases.delete(lease.id)) return;
    this.#count(lease, -1);
    // Sums of fractions drift.
    if (this.#leases.size === 0) this.#expectedSeconds = 0;
    const started = this.#leases.values().take(this.description.slotCount);
    for (const other of started) other.startedAt ??= now;
  }

  #count({ expectedSeconds }: Lease, sign: 1 | -1): void {
    if (expectedSeconds === undefined) this.#unexpectedCount += sign;
    else this.#expectedSeconds += sign * expectedSeconds;
  }

  get description(): DeviceDescription {
    return this.#description;
  }

  /**
   * Takes a new description after the worker has rejoined, perhaps with fewer backends. The
   * generators learned for the remaining backends are kept.
   */
  describe(description: DeviceDescription): void {
    const known = this.#generators;
    this.#description = description;
    this.#generators = new Map(
      description.backends.map(({ name, generator }) => [name, known.get(name) || generator]),
    );
    this.#fastestFirst = fastestFirst(description.backends);
  }

  get idle(): boolean {
    return this.leases.size < this.description.slotCount;
  }

  /** The device's generator for a backend; undefined if it is not known. */
  generatorOf(backend: BackendName): string | undefined {
    const generator = this.#generators.get(backend);
    return generator === "" ? undefined : generator;
  }

  /** What decides the bits of the device's partials with a backend; undefined if it is not known. */
  identityOf(backend: BackendName): Identity | undefined {
    const generator = this.generatorOf(backend);
    return generator === undefined ? undefined : { backend, generator };
  }

  /** Notes a generator that a partial has shown and the device has not named. */
  learn(backend: BackendName, generator: string): void {
    this.#generators.set(backend, generator);
  }

  /** True if the device has a backend of the run and, where both are known, its generator. */
  serves(run: Bits): boolean {
    return this.backendFor(run) !== undefined;
  }

  /** The fastest backend with which the device can work on the run; undefined if it has none. */
  backendFor({ backends, wireKind, generator, superseded }: Bits): BackendName | undefined {
    const found = this.#fastestFirst.find((backend) => {
      const { name } = backend;
      if (!backends.includes(name) || !computes(backend, wireKind)) return false;
      const own = this.generatorOf(name);
      if (own === undefined) return true;
      return generator === undefined ? !superseded.has(own) : own === generator;
    });
    return found?.name;
  }

  /** Notes that the device has answered a lease, with a result or a failure. */
  answered(now: number): void {
    this.#answeredAt = now;
  }

  /** True if the device has held leases for so long without answering any. */
  isSilent(now: number, seconds: number): boolean {
    const [oldest] = this.leases.values();
    if (oldest === undefined) return false;
    return now - Math.max(oldest.grantedAt, this.#answeredAt) >= seconds;
  }

  /** Seconds that a slot needs for an amount of work; undefined before the first measurement. */
  expectedSeconds(rateKey: string, work: number): number | undefined {
    const seconds = this.#secondsPerWork.get(rateKey);
    return seconds === undefined ? undefined : seconds * work;
  }

  /** Learns the device's rate from a finished shard. */
  measured(rateKey: string, work: number, computeSeconds: number): void {
    // One infinite time would make every later rate NaN, and no lease here would count as slow.
    if (!(computeSeconds > 0 && computeSeconds < Infinity) || !(work > 0)) return;
    const newest = computeSeconds / work;
    const before = this.#secondsPerWork.get(rateKey) ?? newest;
    this.#secondsPerWork.set(rateKey, before + NEWEST_WEIGHT * (newest - before));
  }

  /**
   * True if at most half of the device's work ahead is left, and it should be filled. Waiting until
   * then means that several short shards are granted at once.
   */
  get isLow(): boolean {
    return this.leases.size - this.description.slotCount <= Math.floor(this.#ahead / 2);
  }

  /** Notes that the device was given all that it wants, or all there is. */
  filled(): void {
    this.#ahead = this.leases.size - this.description.slotCount;
  }

  /** True if the device should be given more work ahead; a few seconds' worth is enough. */
  wantsMore(options: SchedulerOptions): boolean {
    const { slotCount } = this.description;
    if (this.idle) return true;
    if (this.leases.size >= slotCount * options.leasesPerSlot) return false;
    if (this.#expectedSeconds >= options.prefetchSeconds * slotCount) {
      return this.leases.size < slotCount + 1;
    }
    // Until the speed is known, one shard ahead for each slot is enough.
    return this.#unexpectedCount === 0 || this.leases.size < 2 * slotCount;
  }

  /** The leases in the device's slots; it starts leases in the order of granting. */
  running(): Lease[] {
    return [...this.#leases.values().take(this.description.slotCount)];
  }
}

/**
 * True if the worker has a device that passes `isOne` and answers what it is asked. An idle device
 * speaks for nobody if the worker's other devices have all been silent for so long.
 */
export function answers(
  { devices }: Worker,
  now: number,
  seconds: number,
  isOne: (device: Device) => boolean,
): boolean {
  const busy = devices.filter(({ leases }) => leases.size > 0);
  if (busy.length > 0 && busy.every((device) => device.isSilent(now, seconds))) return false;
  return devices.some((device) => isOne(device) && !device.isSilent(now, seconds));
}

/** True if one of the worker's devices can work on the run. */
export function serves(worker: Worker, run: Bits): boolean {
  return worker.devices.some((device) => device.serves(run));
}
