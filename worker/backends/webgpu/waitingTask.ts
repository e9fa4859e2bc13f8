import { LOG_NORM_GROWTH } from "../../../shared/kinds/propagation/observables.ts";
import type { PropagationTask, ReplicaObservables } from "../backend.ts";
import { scaledActivation, type ScaledActivation } from "../scaledActivation.ts";
import type { WaitingReplicas } from "./batching.ts";

/** What decides a kernel: everything about a network except its depth and its gain. */
function kernelKey({ network, sampling }: PropagationTask): string {
  const { width, negativeSlope, weights, degreesOfFreedom, density } = network;
  return JSON.stringify([sampling, weights, width, negativeSlope, degreesOfFreedom, density]);
}

/** A task from when it is given to when all its replicas have been propagated. */
export class WaitingTask implements WaitingReplicas {
  readonly task: PropagationTask;
  readonly kernelKey: string;
  readonly group: string;
  readonly activation: ScaledActivation;
  /** The growths found so far; of a replica that died out the later ones are left as they are. */
  readonly values: Float64Array;
  /** Places of the replicas that the device doubted. */
  readonly doubted = new Set<number>();
  readonly #propagated = Promise.withResolvers<void>();
  /** To be called as the task gets on; it throws if whoever gave the task wants it no more. */
  readonly advanced: () => void;
  #waiting: number;
  #unfinished: number;
  #hasFailed = false;

  constructor(task: PropagationTask, advanced: (() => void) | undefined) {
    this.task = task;
    this.kernelKey = kernelKey(task);
    this.group = `${this.kernelKey} ${task.depths.join()}`;
    this.activation = scaledActivation(task.network);
    this.advanced = advanced ?? (() => {});
    this.values = new Float64Array(task.depths.length * task.replicaCount).fill(-Infinity);
    this.#waiting = task.replicaCount;
    this.#unfinished = task.replicaCount;
    if (task.replicaCount === 0) this.#propagated.resolve();
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Whether it was given up. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Resolves when all replicas have been propagated; rejects when one cannot be. */
  get propagated(): Promise<void> {
    return this.#propagated.promise;
  }

  /** Takes the next replicas for a batch; returns the place of the first. */
  take(count: number): number {
    const place = this.task.replicaCount - this.#waiting;
    this.#waiting -= count;
    return place;
  }

  /** So many of the replicas that were taken have been propagated. */
  finish(count: number): void {
    this.#unfinished -= count;
    if (this.#unfinished === 0) this.#propagated.resolve();
  }

  /** Tells whoever gave the task that the device gets on, and gives it up if they throw. */
  readonly advance = (): void => {
    try {
      this.advanced();
    } catch (error) {
      this.fail(error);
    }
  };

  /** Gives the task up; none of its replicas waits any more. */
  fail(error: unknown): void {
    this.#hasFailed = true;
    this.#waiting = 0;
    this.#propagated.reject(error);
  }

  observables(): ReplicaObservables {
    const { values, doubted } = this;
    return { names: [LOG_NORM_GROWTH.name], values, recomputedCount: doubted.size };
  }
}
