import type { Network } from "../../shared/network/network.ts";
import type { Sampling } from "../../shared/network/weights.ts";
import type { SamplingTask } from "../../shared/sampling/samplingTask.ts";
import type { TrainingTask } from "../../shared/training/trainingTask.ts";

/** A contiguous range of replicas to propagate, with the depths at which to look at them. */
export interface PropagationTask {
  readonly network: Network;
  readonly sampling: Sampling;
  readonly seed: bigint;
  /** Ascending depths, each within 1 … network.depth; nothing beyond the last is propagated. */
  readonly depths: readonly number[];
  readonly firstReplica: number;
  readonly replicaCount: number;
}

/** What a backend saw of each replica, propagated or trained; nothing is summed yet. */
export interface ReplicaObservables {
  readonly names: readonly string[];
  /**
   * Shape [depths][names][replicas], row-major. `log_norm_growth` is S_l = log ‖x_l‖ − log ‖x_0‖,
   * and −∞ from the layer on in which a replica's activations became exactly zero.
   */
  readonly values: Float64Array;
  /** Replicas that a GPU doubted and the processor computed anew; default: none. */
  readonly recomputedCount?: number;
}

/** The observables of candidates, in the order in which backends yield them. */
export const CANDIDATE_OBSERVABLES = ["distance", "final_growth"] as const;

/** What a backend computes on where that is not this process's own processor. */
export interface BackendDevice {
  /** For people, such as the card's model. */
  readonly description: string;
  /** The driver with its version; it decides bits, too. */
  readonly driver: string;
  /** Memory of the card in bytes, where it is known. */
  readonly memoryBytes?: number;
  /** True of a card, and of a processor that poses as one, as SwiftShader makes it. */
  readonly isGpu: boolean;
  /** True if a processor does what a card should. */
  readonly isSoftware: boolean;
}

/**
 * Propagates replicas, on a processor or on a GPU. A replica's observables are a pure function of
 * (network, sampling, seed, replica index): how replicas are grouped into tasks changes no bit.
 */
export interface Backend {
  /**
   * The random generator and its version, recorded in every partial, with all else that decides bits:
   * of propagated and of trained replicas. It changes whenever the bits of either do.
   */
  readonly generator: string;
  /** Absent where the backend computes on the process's own processor. */
  readonly device?: BackendDevice;
  /** Tasks that it can propagate at the same time; default: one. */
  readonly slotCount?: number;
  /** True once its process should be replaced before another task; asked after each, default: no. */
  readonly isSpent?: boolean;
  /**
   * Propagates the task's replicas. A backend of the processor does so before it returns; a GPU's
   * values are read back later. Only a backend with `slotCount` above 1 is given a task before it is
   * done with the one before.
   *
   * @param advanced must be called at least after every layer: whoever is silent is taken to hang.
   *   What it throws ends the task, whose values nobody wants any more.
   */
  propagate(task: PropagationTask, advanced?: () => void): Promise<ReplicaObservables>;
  /**
   * Trains the task's replicas, as one batch or several; absent where the backend cannot. The
   * observables are those of trainingObservables.ts, at each of the task's steps. A replica's curve
   * is a pure function of (network, training, seed, replica index): it does not depend on which
   * others are trained beside it.
   *
   * @param advanced must be called at least after every step of a batch
   */
  train?(task: TrainingTask, advanced?: () => void): Promise<ReplicaObservables>;
  /**
   * Compares the task's candidates with zero (shared/sampling); absent where the backend cannot. The
   * observables are CANDIDATE_OBSERVABLES, at one depth; both are −∞ for a candidate that is
   * extinct.
   *
   * @param advanced must be called at least after every layer
   */
  sample?(task: SamplingTask, advanced?: () => void): Promise<ReplicaObservables>;
  /** Lets go of the device once what it was given last is done; it takes no more tasks. */
  close?(): Promise<void>;
}

/** Which device a backend shall compute on; the processor's backends have no choice. */
export interface DeviceChoice {
  /** The adapter's name, or a part of it; default: the first that is not software. */
  readonly adapter?: string;
  /** Whether a processor may play the card's part. */
  readonly allowSoftware?: boolean;
}

/**
 * The device was lost in the middle of its work: no fault of the tasks that it was given, which
 * another device, or a fresh process with this one, can compute.
 */
export class DeviceLostError extends Error {
  override readonly name = "DeviceLostError";
}
