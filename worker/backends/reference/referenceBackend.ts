import { LOG_NORM_GROWTH } from "../../../shared/kinds/propagation/observables.ts";
import { GENERATOR, Stream } from "../../../shared/random/stream.ts";
import type { Backend, PropagationTask, ReplicaObservables } from "../backend.ts";
import { driftPerLayer } from "../../../shared/random/drift.ts";
import { sampleCandidates } from "./candidates.ts";
import { denseReplicas, isotropicReplicas } from "./replicas.ts";
import { train } from "./train.ts";

/** The yardstick: float64, one replica after another, written to be obviously right. */
export const referenceBackend: Backend = {
  generator: GENERATOR,
  propagate,
  train,
  sample: sampleCandidates,
};

async function propagate(
  task: PropagationTask,
  advanced?: () => void,
): Promise<ReplicaObservables> {
  const { network, depths, firstReplica, replicaCount } = task;
  const start = (task.sampling === "dense" ? denseReplicas : isotropicReplicas)(network);
  const stream = new Stream(task.seed);
  const drift = driftPerLayer(network);
  const values = new Float64Array(depths.length * replicaCount);
  for (let index = 0; index < replicaCount; index++) {
    const step = start(stream, firstReplica + index);
    let layer = 0;
    let growth = 0;
    for (const [position, depth] of depths.entries()) {
      // Once extinct, always extinct: −∞ fills what is left.
      while (layer < depth && growth > -Infinity) {
        growth += step(++layer);
        advanced?.();
      }
      values[position * replicaCount + index] = growth + depth * drift;
    }
  }
  return { names: [LOG_NORM_GROWTH.name], values };
}
