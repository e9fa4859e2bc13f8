import type { Network } from "../../network/network.ts";
import type { Sampling } from "../../network/weights.ts";
import type { BackendName } from "../../specification/backends.ts";
import type { Observable } from "../../statistics/observable.ts";
import { partialShape } from "./partialShape.ts";
import type { PropagationSpecification } from "./specification.ts";

/** A shard as a worker sees it: a range of replicas to propagate and sum. */
export interface ShardTask {
  readonly network: Network;
  readonly sampling: Sampling;
  readonly backend: BackendName;
  readonly seed: bigint;
  /** Depths at which sums are kept, ascending. */
  readonly checkpointDepths: readonly number[];
  readonly burnIn: number;
  /** The observables of every replica; the first is sketched. */
  readonly observables: readonly Observable[];
  /** Widths that the bins of the quantile sketches are aligned to, one for each checkpoint. */
  readonly sketchBinWidths: readonly number[];
  readonly firstReplica: number;
  readonly replicaCount: number;
}

/**
 * Makes the task for a range of a run's replicas.
 *
 * @throws RangeError if the specification leaves the backend open
 */
export function shardTask(
  specification: PropagationSpecification,
  { firstReplica, replicaCount }: Pick<ShardTask, "firstReplica" | "replicaCount">,
): ShardTask {
  const { network, sampling, backend, seed, checkpointDepths, burnIn } = specification;
  if (backend === "any") throw new RangeError("a task must name its backend, and not any");
  const { observables, sketchBinWidths } = partialShape(specification);
  return {
    network,
    sampling,
    backend,
    seed,
    checkpointDepths,
    burnIn,
    observables,
    sketchBinWidths,
    firstReplica,
    replicaCount,
  };
}
