import { LOG_NORM_GROWTH } from "../../../shared/kinds/propagation/observables.ts";
import { GENERATOR, keyOfSeed } from "../../../shared/random/stream.ts";
import type { Backend, PropagationTask, ReplicaObservables } from "../backend.ts";
import { canDieOut, scaledActivation } from "../scaledActivation.ts";
import { sampleCandidates } from "./candidates.ts";
import { denseLanes } from "./dense.ts";
import { isotropicLanes } from "./isotropic.ts";
import { type Kernel, loadKernel } from "./kernel.ts";
import { GROUP, readLogNorms } from "./lanes.ts";
import { train } from "./train.ts";
import { loadTrainer } from "./trainer.ts";

/**
 * Loads the WebAssembly SIMD kernel and trainer; fails where the machine cannot run them.
 *
 * Activations are float64, and words become entries by the same arithmetic as in `reference`, so
 * that replicas agree to rounding; float32 activations would not do (bench/README.md).
 *
 * Processors that round a multiply-add once give other bits than those that round it twice, and say
 * so in the name of the generator: the coordinator never mixes the two in a run.
 */
export async function loadSimdBackend(): Promise<Backend> {
  const kernel = await loadKernel();
  const trainer = await loadTrainer();
  const rounding = kernel.fusesMultiplyAdd() ? "fused" : "unfused";
  return {
    generator: `${GENERATOR} ${rounding}`,
    propagate: async (task, advanced) => propagate(kernel, task, advanced),
    train: async (task, advanced) => train(trainer, task, advanced),
    sample: async (task, advanced) => sampleCandidates(kernel, task, advanced),
  };
}

/**
 * Takes the replicas in batches of whole groups, and each batch from depth to depth in calls of a
 * few milliseconds: V8 replaces its first, slow code for a function only when the function is
 * entered anew. Lanes beyond the last replica are computed and dropped.
 */
function propagate(
  kernel: Kernel,
  task: PropagationTask,
  advanced?: () => void,
): ReplicaObservables {
  const { network, depths, replicaCount, sampling } = task;
  const values = new Float64Array(depths.length * replicaCount);
  const activation = scaledActivation(network);
  const lanes = (sampling === "dense" ? denseLanes : isotropicLanes)(kernel, network, activation);
  const drift = activation.drift + lanes.drift;
  const canDie = canDieOut(network);
  kernel.setKey(...keyOfSeed(task.seed));

  for (let offset = 0; offset < replicaCount; offset += lanes.batchGroups * GROUP) {
    const count = Math.min(replicaCount - offset, lanes.batchGroups * GROUP);
    const groups = Math.ceil(count / GROUP);
    const firstReplica = task.firstReplica + offset;
    const layersPerCall = Math.max(1, Math.floor(lanes.layerGroupsPerCall / groups));
    const logNorms = () => readLogNorms(kernel, activation, count);
    // A batch that is wholly extinct stays as it is.
    const extinct = () => canDie && logNorms().every((logNorm) => logNorm === -Infinity);
    lanes.start(firstReplica, groups);
    const initial = logNorms();

    let layer = 0;
    for (const [position, depth] of depths.entries()) {
      while (layer < depth && !extinct()) {
        const layers = Math.min(layersPerCall, depth - layer);
        lanes.advance(firstReplica, groups, layer + 1, layers, advanced);
        layer += layers;
      }
      for (const [i, logNorm] of logNorms().entries()) {
        const growth = logNorm - (initial[i] as number) + depth * drift;
        values[position * replicaCount + offset + i] = growth;
      }
    }
  }
  return { names: [LOG_NORM_GROWTH.name], values };
}
