import { Stream } from "../../../shared/random/stream.ts";
import { probeInputs, replicaStacks } from "../../../shared/sampling/candidates.ts";
import { distanceFromZero } from "../../../shared/sampling/distanceFromZero.ts";
import { growthThroughDepth } from "../../../shared/sampling/growthThroughDepth.ts";
import type { SamplingTask } from "../../../shared/sampling/samplingTask.ts";
import { CANDIDATE_OBSERVABLES, type ReplicaObservables } from "../backend.ts";

/** Compares candidates with zero, one after another. */
export async function sampleCandidates(
  { network, probeCount, seed, firstReplica, replicaCount }: SamplingTask,
  advanced?: () => void,
): Promise<ReplicaObservables> {
  const stream = new Stream(seed);
  const inputs = probeInputs(stream, network.width, probeCount);
  const start = replicaStacks(network);
  const values = new Float64Array(2 * replicaCount);
  for (let index = 0; index < replicaCount; index++) {
    const growths = growthThroughDepth(start(stream, firstReplica + index), inputs, advanced);
    const finalGrowth = growths.at(-1) ?? -Infinity;
    values[index] = finalGrowth === -Infinity ? -Infinity : distanceFromZero(growths);
    values[replicaCount + index] = finalGrowth;
  }
  return { names: CANDIDATE_OBSERVABLES, values };
}
