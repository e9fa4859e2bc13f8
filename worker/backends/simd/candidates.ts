import { keyOfSeed, Stream } from "../../../shared/random/stream.ts";
import { probeInputs } from "../../../shared/sampling/candidates.ts";
import type { SamplingTask } from "../../../shared/sampling/samplingTask.ts";
import { CANDIDATE_OBSERVABLES, type ReplicaObservables } from "../backend.ts";
import { denseActivation } from "../denseActivation.ts";
import { canDieOut, scaledActivation } from "../scaledActivation.ts";
import { denseLanes } from "./dense.ts";
import type { Kernel } from "./kernel.ts";
import { GROUP, readLogNorms } from "./lanes.ts";

/**
 * Compares candidates with zero, four at a time: each group of the kernel has the same four
 * candidates, and shows them an input of its own. Lanes beyond the last candidate are computed and
 * dropped.
 */
export function sampleCandidates(
  kernel: Kernel,
  task: SamplingTask,
  advanced?: () => void,
): ReplicaObservables {
  const { network, probeCount, seed, firstReplica, replicaCount } = task;
  const { depth, width } = network;
  const activation = scaledActivation(network);
  const lanes = denseLanes(kernel, network, activation);
  const { inputSign } = denseActivation(network, activation);
  const drift = activation.drift + lanes.drift;
  const canDie = canDieOut(network);
  const inputs = probeInputs(new Stream(seed), width, probeCount);
  const values = new Float64Array(2 * replicaCount);
  kernel.setKey(...keyOfSeed(seed));

  const meanLogNorms = () => meanOfGroups(readLogNorms(kernel, activation, probeCount * GROUP));
  for (let offset = 0; offset < replicaCount; offset += GROUP) {
    lanes.start(firstReplica + offset, probeCount);
    for (const [group, input] of inputs.entries()) writeInput(kernel, group, input, inputSign);
    kernel.startProbes();
    const initial = meanLogNorms();
    let growths = initial;
    const squares = new Float64Array(GROUP);
    for (let layer = 1; layer <= depth; layer++) {
      lanes.advance(firstReplica + offset, probeCount, layer, 1, advanced);
      growths = meanLogNorms().map((norm, i) => norm - (initial[i] as number) + layer * drift);
      for (const [i, growth] of growths.entries()) {
        squares[i] = (squares[i] as number) + growth * growth;
      }
      // Once all four are extinct, all is known.
      if (canDie && growths.every((growth) => growth === -Infinity)) break;
    }
    for (let i = 0; i < Math.min(GROUP, replicaCount - offset); i++) {
      const growth = growths[i] as number;
      const distance = Math.sqrt((squares[i] as number) / depth);
      values[offset + i] = growth === -Infinity ? -Infinity : distance;
      values[replicaCount + offset + i] = growth;
    }
  }
  return { names: CANDIDATE_OBSERVABLES, values };
}

/** Writes an input into all lanes of a group: each half holds two lanes, element after element. */
function writeInput(kernel: Kernel, group: number, input: Float64Array, sign: number): void {
  const halfElements = 4 * Math.ceil(input.length / 2);
  const at = kernel.inputAddress() + 8 * 2 * halfElements * group;
  const numbers = new Float64Array(kernel.memory.buffer, at, 2 * halfElements);
  for (const [element, value] of input.entries()) {
    const lanes = [0, 1, halfElements, halfElements + 1];
    for (const lane of lanes) numbers[2 * element + lane] = sign * value;
  }
}

/** The mean over all groups in each of their lanes; −∞ where one is −∞. */
function meanOfGroups(logNorms: Float64Array): Float64Array {
  const sums = new Float64Array(GROUP);
  for (const [i, logNorm] of logNorms.entries()) {
    sums[i % GROUP] = (sums[i % GROUP] as number) + logNorm;
  }
  return sums.map((sum) => (sum * GROUP) / logNorms.length);
}
