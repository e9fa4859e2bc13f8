import type { Network } from "../../shared/network/network.ts";
import type { Sampling } from "../../shared/network/weights.ts";

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

/** What a backend saw of each replica; nothing is summed yet. */
export interface ReplicaObservables {
  readonly names: readonly string[];
  /**
   * Shape [depths][names][replicas], row-major. `log_norm_growth` is S_l = log ‖x_l‖ − log ‖x_0‖,
   * and −∞ from the layer on in which a replica's activations became exactly zero.
   */
  readonly values: Float64Array;
}

/**
 * Propagates replicas, on a processor or on a GPU. A replica's observables are a pure function of
 * (network, sampling, seed, replica index): how replicas are grouped into tasks changes no bit.
 */
export interface Backend {
  /** The random generator and its version, recorded in every partial. */
  readonly generator: string;
  /** Tasks that it can propagate at the same time; default: one. */
  readonly slotCount?: number;
  /**
   * Propagates the task's replicas. A backend of the processor does so before it returns; a GPU's
   * values are read back later. Only a backend with `slotCount` above 1 is given a task before it is
   * done with the one before.
   *
   * @param advanced must be called at least after every layer: whoever is silent is taken to hang.
   */
  propagate(task: PropagationTask, advanced?: () => void): Promise<ReplicaObservables>;
}
