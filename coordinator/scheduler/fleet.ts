import type { BackendName } from "../../shared/specification/backends.ts";
import type { DeviceDescription } from "./events.ts";
import type { SchedulerOptions } from "./options.ts";

/** A lease as the scheduler keeps it. */
export interface Lease {
  readonly id: number;
  readonly run: string;
  readonly shardIndex: number;
  readonly worker: string;
  readonly device: Device;
  readonly grantedAt: number;
  readonly expectedSeconds: number | undefined;
  /** Weights to draw. */
  readonly work: number;
  /** The key under which its rate is learned. */
  readonly rateKey: string;
  deadline: number;
}

/** What decides the bits of a run's partials. */
export interface Bits {
  readonly backend: BackendName;
  /** Undefined while any will do. */
  readonly generator: string | undefined;
}

/** A worker that has joined and is not lost. */
export interface Worker {
  readonly id: string;
  readonly devices: readonly Device[];
  connected: boolean;
  draining: boolean;
  /** When its last message came. */
  heardAt: number;
}

/** Weight of the newest measurement in a device's rate. */
const NEWEST_WEIGHT = 0.3;

/** One device of a worker: what it holds, in the order in which it works, and how fast it is. */
export class Device {
  readonly index: number;
  readonly leases = new Map<number, Lease>();
  #description: DeviceDescription;
  #generators: Map<BackendName, string>;
  readonly #secondsPerWork = new Map<string, number>();
  /** Leases ahead of its slots when it was last filled. */
  #ahead = 0;

  constructor(index: number, description: DeviceDescription) {
    this.index = index;
    this.#description = description;
    this.#generators = new Map(
      description.backends.map(({ name, generator }) => [name, generator]),
    );
  }

  get description(): DeviceDescription {
    return this.#description;
  }

  /**
   * Its worker has joined again, perhaps without some of its backends: a device can fail. What was
   * learned of the bits of the others stays.
   */
  describe(description: DeviceDescription): void {
    const known = this.#generators;
    this.#description = description;
    this.#generators = new Map(
      description.backends.map(({ name, generator }) => [name, known.get(name) || generator]),
    );
  }

  get idle(): boolean {
    return this.leases.size < this.description.slotCount;
  }

  /** What is known of the bits of a backend: undefined if nothing. */
  generatorOf(backend: BackendName): string | undefined {
    const generator = this.#generators.get(backend);
    return generator === "" ? undefined : generator;
  }

  /** A partial tells what the device has not said. */
  learn(backend: BackendName, generator: string): void {
    this.#generators.set(backend, generator);
  }

  /** Whether it has the run's backend and, as far as both are known, its generator. */
  serves({ backend, generator }: Bits): boolean {
    const own = this.#generators.get(backend);
    return own !== undefined && (generator === undefined || own === "" || own === generator);
  }

  /** Time that a slot will need for so much work; undefined before anything was measured. */
  expectedSeconds(rateKey: string, work: number): number | undefined {
    const seconds = this.#secondsPerWork.get(rateKey);
    return seconds === undefined ? undefined : seconds * work;
  }

  /** Learns from a finished shard. */
  measured(rateKey: string, work: number, computeSeconds: number): void {
    // After an infinite time every later rate would be NaN, and nothing of the device a straggler.
    if (!(computeSeconds > 0 && computeSeconds < Infinity) || !(work > 0)) return;
    const newest = computeSeconds / work;
    const before = this.#secondsPerWork.get(rateKey) ?? newest;
    this.#secondsPerWork.set(rateKey, before + NEWEST_WEIGHT * (newest - before));
  }

  /**
   * Whether it is time to fill it: half of what it was given ahead is left. Leases are granted several
   * at a time for it, where shards are short.
   */
  get isLow(): boolean {
    return this.leases.size - this.description.slotCount <= Math.floor(this.#ahead / 2);
  }

  /** It was given all that it wants, or all there is. */
  filled(): void {
    this.#ahead = this.leases.size - this.description.slotCount;
  }

  /** Whether it should be given work ahead: enough for a few seconds, no more. */
  wantsMore(options: SchedulerOptions): boolean {
    const { slotCount } = this.description;
    if (this.idle) return true;
    if (this.leases.size >= slotCount * options.leasesPerSlot) return false;
    let seconds = 0;
    for (const lease of this.leases.values()) {
      // One shard in hand for each slot is enough until its speed is known.
      if (lease.expectedSeconds === undefined) return this.leases.size < 2 * slotCount;
      seconds += lease.expectedSeconds;
      if (seconds >= options.prefetchSeconds * slotCount) return this.leases.size < slotCount + 1;
    }
    return true;
  }

  /** The leases that its slots are working on: it starts them in the order of granting. */
  running(): Lease[] {
    return [...this.leases.values()].slice(0, this.description.slotCount);
  }
}

/** Whether one of its devices can work on the run. */
export function serves(worker: Worker, run: Bits): boolean {
  return worker.devices.some((device) => device.serves(run));
}
