import { hasEnded } from "../../shared/wire/runStates.ts";
import type { SweepRecord } from "../ledger/ledger.ts";
import { sweepState } from "../simulations/sweepStanding.ts";
import type { SweepHeading } from "../../shared/wire/pageJson.ts";
import type { WorkCount } from "../simulations/workCount.ts";

/**
 * The heading of a sweep's page: the sweep as a whole, its runs added up.
 *
 * @param runs counts of the sweep's runs, in its order.
 */
export function sweepHeading(record: SweepRecord, runs: readonly WorkCount[]): SweepHeading {
  const states = runs.map(({ state }) => state);
  const total = (count: (run: WorkCount) => number) =>
    runs.reduce((sum, run) => sum + count(run), 0);
  const completed = total((run) => run.completedShardCount);
  const planned = total((run) => run.plannedShardCount);
  const rate = total((run) => run.replicasPerSecond);
  const replicas = total((run) => run.completedReplicaCount);
  return {
    name: record.name,
    displayName: record.displayName,
    state: sweepState(states),
    createTime: new Date(record.createTime).toISOString(),
    endedRunCount: states.filter(hasEnded).length,
    missedTargetCount: runs.filter(({ hasMissedTarget }) => hasMissedTarget).length,
    runs: [],
    runCount: runs.length,
    progress: {
      completedShardCount: completed,
      plannedShardCount: planned,
      completedReplicaCount: String(replicas),
      replicasPerSecond: rate,
      // Shards of different runs cost differently: a guess, as everywhere before the end.
      remainingSeconds:
        rate > 0 && completed > 0 ? ((planned - completed) * (replicas / completed)) / rate : null,
    },
  };
}
