import { GENERATOR, keyOfSeed } from "../../shared/random/stream.ts";
import type { Backend, PropagationTask, ReplicaObservables } from "./backend.ts";
import { denseLanes } from "./simd/dense.ts";
import { isotropicLanes } from "./simd/isotropic.ts";
import { type Kernel, loadKernel } from "./simd/kernel.ts";
import { GROUP, laneActivation, readLogNorms } from "./simd/lanes.ts";

/**
 * Loads the WebAssembly SIMD kernel; fails where the machine cannot run it.
 *
 * Isotropic replicas are in float64 and agree with `reference` to rounding. Dense ones are in
 * float32, with the same random words: each is a replica of `reference` whose weights are changed
 * by 1e-7 of themselves. Most growths agree to 10⁻⁶ √depth; for the exceptions, see
 * test/worker/backends/agreement.test.ts.
 */
export async function loadSimdBackend(): Promise<Backend> {
  const kernel = await loadKernel();
  return { generator: GENERATOR, propagate: (task) => propagate(kernel, task) };
}

/**
 * Takes the replicas in batches of whole groups, and each batch from depth to depth in calls of a
 * few milliseconds: V8 replaces its first, slow code for a function only when the function is
 * entered anew. Lanes beyond the last replica are computed and dropped.
 */
function propagate(kernel: Kernel, task: PropagationTask): ReplicaObservables {
  const { network, depths, replicaCount, sampling } = task;
  const values = new Float64Array(depths.length * replicaCount);
  const activation = laneActivation(network);
  const lanes = (sampling === "dense" ? denseLanes : isotropicLanes)(kernel, network, activation);
  kernel.setKey(...keyOfSeed(task.seed));

  for (let offset = 0; offset < replicaCount; offset += lanes.batchGroups * GROUP) {
    const count = Math.min(replicaCount - offset, lanes.batchGroups * GROUP);
    const groups = Math.ceil(count / GROUP);
    const firstReplica = task.firstReplica + offset;
    const layersPerCall = Math.max(1, Math.floor(lanes.layerGroupsPerCall / groups));
    const logNorms = () => readLogNorms(kernel, lanes, activation, count);
    // A batch that is wholly extinct, as ReLU's may be, stays as it is.
    const extinct = () =>
      activation.logRatio === -Infinity && logNorms().every((logNorm) => logNorm === -Infinity);
    lanes.start(firstReplica, groups);
    const initial = logNorms();

    let layer = 0;
    for (const [position, depth] of depths.entries()) {
      while (layer < depth && !extinct()) {
        const layers = Math.min(layersPerCall, depth - layer);
        lanes.advance(firstReplica, groups, layer + 1, layers);
        layer += layers;
      }
      for (const [i, logNorm] of logNorms().entries()) {
        const growth = logNorm - (initial[i] as number) + depth * activation.drift;
        values[position * replicaCount + offset + i] = growth;
      }
    }
  }
  return { names: ["log_norm_growth"], values };
}
