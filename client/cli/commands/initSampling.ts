import { performance } from "node:perf_hooks";

import { samplingToRun } from "../../../shared/kinds/samplingInitialization/messages.ts";
import type { SamplingFields } from "../../../shared/kinds/samplingInitialization/specification.ts";
import { distanceFromZero } from "../../../shared/sampling/distanceFromZero.ts";
import { MAXIMUM_SEED } from "../../../shared/specification/commonFields.ts";
import { counted } from "../../../shared/text/counts.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { InputError } from "../../sdk/errors.ts";
import { candidateGrowths, type Candidate } from "../../sdk/sampling/candidate.ts";
import type { Reader } from "../readers.ts";
import { openCluster } from "../cluster.ts";
import type { ClusterFlags } from "../clusterFlags.ts";
import { assertRunSucceeded } from "../presentation/report.ts";
import { endOnSignal } from "../signals.ts";
import { tellSubmitted, tellWhere } from "../whereabouts.ts";

/** Largest index of a replica. */
const MAXIMUM_REPLICA = 2 ** 32 - 1;

/** A candidate as a flag names it: its seed and its index. */
export const candidateReader: Reader<Candidate> = {
  read: (text) => {
    const [, seed, replica] = /^(\d{1,20}):(\d{1,10})$/.exec(text) ?? [];
    if (seed === undefined || replica === undefined) return undefined;
    const candidate = { seed: BigInt(seed), replica: Number(replica) };
    const isKnown = candidate.seed <= MAXIMUM_SEED && candidate.replica <= MAXIMUM_REPLICA;
    return isKnown ? candidate : undefined;
  },
  remedy: "give a seed and the index of a candidate, such as 1:37",
};

/** A candidate with what has been measured of it, and of the others where there were some. */
export interface SampledCandidate extends Candidate {
  readonly distance: number;
  /** The mean growth over the probe inputs after each layer. */
  readonly growths: Float64Array;
  /** The run that chose it; undefined if it was named. */
  readonly run: Run__Output | undefined;
}

/** Has a cluster draw candidates and keep the one that is nearest to zero. */
export async function chosenCandidate(
  fields: SamplingFields,
  flags: ClusterFlags,
): Promise<SampledCandidate> {
  const request = samplingToRun(fields);
  const cluster = await openCluster(flags, request, [fields.backend]);
  const { Submission } = await import("../submission.ts");
  const submission = new Submission<Run__Output>(cluster, "runs");
  let isDone = false;
  endOnSignal(() => submission.parting());
  try {
    const created = await submission.submit(() =>
      cluster.api.createRun(request, cluster.requestId),
    );
    tellSubmitted(created, cluster, flags);
    const { watchRun } = await import("../watching.ts");
    const run = await watchRun(cluster.api, created.name, {
      quiet: flags.quiet ?? false,
      clock: () => performance.now() / 1000,
      callFlags: cluster.callFlags,
      title: "candidates",
    });
    tellWhere(run, cluster, flags);
    isDone = true;
    assertRunSucceeded(run);
    const { chosenCandidate: chosen } = run;
    if (chosen === null) {
      throw new Error(
        `all ${counted(Number(run.replicaCount), "candidate")} are extinct; give more candidates, ` +
          `fewer --probes, a greater width, a smaller depth or a slope other than 0`,
      );
    }
    const candidate = { seed: fields.seed, replica: Number(chosen.replica) };
    const growths = candidateGrowths(fields.network, candidate, fields.probeCount);
    return { ...candidate, distance: chosen.distance, growths, run };
  } finally {
    await cluster.close(isDone);
  }
}

/** Measures a candidate that is named. */
export function namedCandidate(
  { network, probeCount }: SamplingFields,
  candidate: Candidate,
): SampledCandidate {
  const growths = candidateGrowths(network, candidate, probeCount);
  const distance = distanceFromZero(growths);
  if (distance === Infinity) {
    throw new InputError(
      `--replica: candidate ${candidate.seed}:${candidate.replica} is extinct; give another one, or the ` +
        `network and the --probes with which it was found`,
    );
  }
  return { ...candidate, distance, growths, run: undefined };
}
