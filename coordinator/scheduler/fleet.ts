import type { DeviceDescription } from "./messages.ts";
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
  readonly description: DeviceDescription;
  readonly leases = new Map<number, Lease>();
  readonly #secondsPerWork = new Map<string, number>();

  constructor(index: number, description: DeviceDescription) {
    this.index = index;
    this.description = description;
  }

  get idle(): boolean {
    return this.leases.size < this.description.slotCount;
  }

  /** Time that a slot will need for so much work; undefined before anything was measured. */
  expectedSeconds(rateKey: string, work: number): number | undefined {
    const seconds = this.#secondsPerWork.get(rateKey);
    return seconds === undefined ? undefined : seconds * work;
  }

  /** Learns from a finished shard. */
  measured(rateKey: string, work: number, computeSeconds: number): void {
    if (!(computeSeconds > 0) || !(work > 0)) return;
    const newest = computeSeconds / work;
    const before = this.#secondsPerWork.get(rateKey) ?? newest;
    this.#secondsPerWork.set(rateKey, before + NEWEST_WEIGHT * (newest - before));
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
