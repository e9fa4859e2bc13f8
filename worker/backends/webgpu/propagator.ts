import { performance } from "node:perf_hooks";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

import { reasonOf } from "../../../shared/wire/reason.ts";
import type { Backend, PropagationTask, ReplicaObservables } from "../backend.ts";
import { batchCapacity, type BatchBounds, nextShares } from "./batching.ts";
import { batchReadbacks, type BatchMemory, runBatch } from "./batchRun.ts";
import type { DeviceLoss } from "./deviceLoss.ts";
import { type KernelMaker, Kernels, type LoadedKernel } from "./kernels.ts";
import { QueueClock } from "./pace.ts";
import { GrowthCollector, type Placement, slotsOf, splitPlacements } from "./placements.ts";
import { recomputeDoubted } from "./recompute.ts";
import { WaitingTask } from "./waitingTask.ts";

/** Batches on the device at the same time: while one ends, the other keeps it busy. */
const LANES = 2;

/** How long a device that fails has to say itself that it is lost. */
const WORD_SECONDS = 1;

/** What a propagator works with. */
export interface PropagatorParts {
  readonly device: GPUDevice;
  readonly loss: DeviceLoss;
  readonly makeKernel: KernelMaker;
  readonly bounds: BatchBounds;
  /** A guess for the device, rather too low. */
  readonly operationsPerSecond: number;
  /** Computes what the device doubts. */
  readonly rescuer: Backend;
  /** Says of a width that the device has no memory for it. */
  readonly tooSmall: (width: number) => string;
}

/** Puts tasks together into batches and runs them on a device. */
export class Propagator {
  readonly #parts: PropagatorParts;
  readonly #kernels: Kernels;
  readonly #clock = new QueueClock(() => performance.now());
  readonly #tasks = new Set<WaitingTask>();
  readonly #lanes = new Set<Promise<void>>();
  #openLanes = 0;
  readonly #answers = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(parts: PropagatorParts) {
    this.#parts = parts;
    this.#kernels = new Kernels(parts.makeKernel, parts.operationsPerSecond);
    void parts.loss.lost.then((error) => {
      for (const task of this.#tasks) task.fail(error);
    });
  }

  /** @throws DeviceLostError if the device is lost before the task is done */
  async propagate(task: PropagationTask, advanced?: () => void): Promise<ReplicaObservables> {
    if (this.#parts.loss.error !== undefined) throw this.#parts.loss.error;
    if (this.#isClosed) throw new Error("backend webgpu: it is closed; load it again");
    const answer = this.#answer(new WaitingTask(task, advanced));
    this.#answers.add(answer);
    try {
      return await answer;
    } finally {
      this.#answers.delete(answer);
    }
  }

  /** Finishes what it was given, and frees the device's memory. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#answers);
    await Promise.allSettled(this.#lanes);
    await this.#kernels.close();
  }

  async #answer(waiting: WaitingTask): Promise<ReplicaObservables> {
    this.#tasks.add(waiting);
    if (this.#openLanes < LANES) this.#openLane();
    try {
      await waiting.propagated;
      await recomputeDoubted(waiting, this.#parts.rescuer);
      return waiting.observables();
    } finally {
      this.#tasks.delete(waiting);
    }
  }

  #openLane(): void {
    this.#openLanes++;
    const lane = this.#lane().catch((error: unknown) => this.#distrust(error));
    this.#lanes.add(lane);
    void lane.then(() => this.#lanes.delete(lane));
  }

  /** Runs batches as long as tasks wait. */
  async #lane(): Promise<void> {
    try {
      // Tasks that were given one after another go together.
      await nextTurn();
      for (;;) {
        const next = [...this.#tasks].find(({ waiting }) => waiting > 0);
        if (next === undefined || this.#parts.loss.error !== undefined) return;
        await this.#runBatchLike(next);
      }
    } finally {
      // At once: a task that comes now must find no lane that is about to end.
      this.#openLanes--;
    }
  }

  /** A device that fails is lost. If it says so itself, it says why better than what failed. */
  async #distrust(error: unknown): Promise<void> {
    await Promise.race([
      this.#parts.loss.lost,
      sleep(WORD_SECONDS * 1000, undefined, { ref: false }),
    ]);
    this.#parts.loss.report(reasonOf(error));
  }

  /** Runs a batch of the task's group. */
  async #runBatchLike({ kernelKey, group, task }: WaitingTask): Promise<void> {
    let loaded: LoadedKernel;
    try {
      loaded = await this.#kernels.take(kernelKey, task);
    } catch (error) {
      const [reason] = reasonOf(error).split("\n");
      this.#failGroup(
        group,
        new Error(`backend webgpu: no kernel for this network: ${reason}`, { cause: error }),
      );
      return;
    }
    try {
      const { kernel, pace, memoryReplicas } = loaded;
      const fitting = batchCapacity(kernel, this.#parts.bounds, pace.replicaLayerSeconds);
      const capacity = Math.min(fitting, memoryReplicas);
      if (capacity === 0) {
        this.#failGroup(group, new Error(this.#parts.tooSmall(task.network.width)));
        return;
      }
      const placements = nextShares([...this.#tasks], group, capacity).map((share) => ({
        ...share,
        place: share.task.take(share.count),
      }));
      await this.#run(loaded, placements);
    } finally {
      await this.#kernels.release(kernelKey);
    }
  }

  /** Runs replicas as one batch; or as several, if the device has no memory for one. */
  async #run(loaded: LoadedKernel, placements: readonly Placement[]): Promise<void> {
    const [first] = placements;
    if (first === undefined) return;
    const { kernel, pace } = loaded;
    const count = placements.reduce((sum, placement) => sum + placement.count, 0);
    const memory = await this.#allocate(loaded, placements, count);
    if (memory === undefined) {
      if (count === 1) {
        first.task.fail(new Error(this.#parts.tooSmall(first.task.task.network.width)));
        return;
      }
      loaded.memoryReplicas = Math.floor(count / 2);
      const [head, tail] = splitPlacements(placements, loaded.memoryReplicas);
      await this.#run(loaded, head);
      await this.#run(loaded, tail);
      return;
    }
    const { device } = this.#parts;
    const { activation, task } = first.task;
    const collector = new GrowthCollector(placements, kernel.drift);
    const run = { device, clock: this.#clock, pace, activation, depths: task.depths, count };
    try {
      await runBatch(run, memory, {
        started: (states) => {
          collector.started(states);
        },
        looked: (position, states) => {
          collector.looked(position, states);
        },
        landed: (states) => {
          // Whoever waits for a place on a device that gets on does not hang.
          for (const { advance } of this.#tasks) advance();
          return collector.landed(states);
        },
      });
    } finally {
      memory.destroy();
    }
    for (const placement of placements) placement.task.finish(placement.count);
  }

  /** Device memory for a batch; undefined if there is not enough. */
  async #allocate(
    { kernel }: LoadedKernel,
    placements: readonly Placement[],
    count: number,
  ): Promise<BatchMemory | undefined> {
    const { device } = this.#parts;
    device.pushErrorScope("out-of-memory");
    let memory: BatchMemory | undefined;
    let thrown: unknown;
    try {
      const batch = kernel.batch(slotsOf(placements));
      const readbacks = batchReadbacks(device, count);
      const destroy = () => {
        batch.destroy();
        readbacks.destroy();
      };
      memory = { batch, readbacks, destroy };
    } catch (error) {
      // Buffers that are filled at once throw where there is no memory.
      thrown = error;
    }
    const shortage = await device.popErrorScope();
    if (shortage === null && memory === undefined) throw thrown;
    if (shortage === null) return memory;
    memory?.destroy();
    return undefined;
  }

  #failGroup(group: string, error: Error): void {
    for (const task of this.#tasks) if (task.group === group) task.fail(error);
  }
}
