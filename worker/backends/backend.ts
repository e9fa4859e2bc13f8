import type { Network } from "../../shared/network/network.ts";
import type { Sampling } from "../../shared/network/weights.ts";

/** One contiguous range of replicas to propagate, with the depths at which to look at them. */
export interface PropagationTask {
  readonly network: Network;
  readonly sampling: Sampling;
  readonly seed: bigint;
  /** Ascending depths, each within 1 … network.depth; nothing beyond the last is propagated. */
  readonly depths: readonly number[];
  readonly firstReplica: number;
  readonly replicaCount: number;
}

/** What a backend saw, replica by replica: nothing is summed here. */
export interface ReplicaObservables {
  readonly names: readonly string[];
  /**
   * Shape [depths][names][replicas], row-major. `log_norm_growth` is S_l = log ‖x_l‖ − log ‖x_0‖,
   * and −∞ from the layer on in which a replica's activations became exactly zero.
   */
  readonly values: Float64Array;
}

/**
 * Propagates replicas inside one thread. A replica's observables are a pure function of
 * (network, sampling, seed, replica index): how replicas are grouped into tasks changes no bit.
 */
export interface Backend {
  /** The random generator and its version, recorded in every partial. */
  readonly generator: string;
  /** @param advanced is to be called often, after a layer at the latest: a thread without it hangs. */
  propagate(task: PropagationTask, advanced?: () => void): ReplicaObservables;
}
