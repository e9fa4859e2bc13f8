import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";

/** The kernels compute this many replicas at a time. */
const LANES = 8;

/** A run that stands for all runs of its sort. */
export interface SampleRun {
  readonly run: Run;
  readonly replicaCount: number;
  /** Replicas of all runs for which it stands. */
  readonly wholeReplicaCount: number;
}

/**
 * A small sample of runs, which takes about a share of their time: one run for each sort of network,
 * with that share of all replicas of the sort.
 */
export function sampleOf(runs: readonly Run[], share: number): SampleRun[] {
  return [...Map.groupBy(runs, sortOf).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const wholeReplicaCount = group.reduce((sum, run) => sum + replicasOf(run), 0);
    const replicaCount = LANES * Math.max(1, Math.round((share * wholeReplicaCount) / LANES));
    const run: Run = {
      ...first,
      stoppingRule: { replicaCount: String(replicaCount), rule: "replicaCount" },
    };
    return [{ run, replicaCount, wholeReplicaCount }];
  });
}

/** All that decides what a replica costs. */
function sortOf({ kind, network, training, sampling, backend }: Run): string {
  const { weights, width, depth } = network ?? {};
  const { task, optimizer, stepCount, candidateCount } = training ?? {};
  const cost = [kind, sampling, backend, weights, width, depth];
  return JSON.stringify([...cost, task, optimizer, stepCount, candidateCount]);
}

function replicasOf({ stoppingRule }: Run): number {
  return Number(stoppingRule?.replicaCount ?? 0);
}
