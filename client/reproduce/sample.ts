import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";

/** The kernels compute this many replicas at a time. */
const LANES = 8;

/**
 * A small sample of runs, which takes about a share of their time: one run for each sort of network,
 * with that share of all replicas of the sort.
 */
export function sampleOf(runs: readonly Run[], share: number): Run[] {
  return [...Map.groupBy(runs, sortOf).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const replicas = group.reduce((sum, run) => sum + replicasOf(run), 0);
    const replicaCount = LANES * Math.max(1, Math.round((share * replicas) / LANES));
    return [
      { ...first, stoppingRule: { replicaCount: String(replicaCount), rule: "replicaCount" } },
    ];
  });
}

/** All that decides what a replica costs. */
function sortOf({ kind, network, training, sampling, backend }: Run): string {
  const { weights, width, depth } = network ?? {};
  const { task, optimizer, stepCount } = training ?? {};
  const cost = [kind, sampling, backend, weights, width, depth, task, optimizer, stepCount];
  return JSON.stringify(cost);
}

function replicasOf({ stoppingRule }: Run): number {
  return Number(stoppingRule?.replicaCount ?? 0);
}
