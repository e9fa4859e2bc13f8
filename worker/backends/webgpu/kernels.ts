import type { PropagationTask } from "../backend.ts";
import type { Kernel } from "./kernel.ts";
import { Pace } from "./pace.ts";

/** Makes the kernel that a task needs. */
export type KernelMaker = (task: PropagationTask) => Promise<Kernel>;

/** A kernel in use. */
export interface LoadedKernel {
  readonly kernel: Kernel;
  readonly pace: Pace;
  /** Most replicas for which the device had memory. */
  memoryReplicas: number;
}

/** Kernels to keep that nobody uses: a compilation takes up to seconds. */
const KEPT = 8;

interface Entry {
  readonly key: string;
  readonly loading: Promise<LoadedKernel>;
  users: number;
}

/** The kernels of a device; each is compiled when it is needed first, and kept for a while. */
export class Kernels {
  readonly #make: KernelMaker;
  readonly #operationsPerSecond: number;
  /** Those used last come last. */
  #entries: Entry[] = [];

  /** @param operationsPerSecond a guess for the device, rather too low */
  constructor(make: KernelMaker, operationsPerSecond: number) {
    this.#make = make;
    this.#operationsPerSecond = operationsPerSecond;
  }

  /** The kernel with this key, made for the task if it is not there; until it is released. */
  async take(key: string, task: PropagationTask): Promise<LoadedKernel> {
    const entry = this.#entries.find((other) => other.key === key) ?? {
      key,
      loading: this.#load(task),
      users: 0,
    };
    entry.users++;
    this.#entries = [...this.#entries.filter((other) => other !== entry), entry];
    try {
      return await entry.loading;
    } catch (error) {
      this.#entries = this.#entries.filter((other) => other !== entry);
      throw error;
    }
  }

  /** Destroys kernels that nobody has used for long. */
  async release(key: string): Promise<void> {
    const entry = this.#entries.find((other) => other.key === key);
    if (entry !== undefined) entry.users--;
    const idle = this.#entries.filter(({ users }) => users === 0);
    await this.#destroy(idle.slice(0, Math.max(0, idle.length - KEPT)));
  }

  /** Destroys all kernels; nobody may use one. */
  close(): Promise<void> {
    return this.#destroy(this.#entries);
  }

  async #load(task: PropagationTask): Promise<LoadedKernel> {
    const kernel = await this.#make(task);
    const pace = new Pace(kernel.operationsPerLayer, this.#operationsPerSecond);
    return { kernel, pace, memoryReplicas: Infinity };
  }

  async #destroy(entries: readonly Entry[]): Promise<void> {
    this.#entries = this.#entries.filter((entry) => !entries.includes(entry));
    for (const { loading } of entries) (await loading).kernel.destroy();
  }
}
