import { hasEnded, parseRunState } from "../../shared/wire/runStates.ts";
import type { RunJson } from "../../shared/wire/json.ts";
import type { SweepRecord } from "../ledger/ledger.ts";
import { sweepState } from "../sweepView.ts";
import type { SweepHeading } from "./shapes.ts";

/** @param runs of the sweep, in its order. */
export function sweepHeading(record: SweepRecord, runs: readonly RunJson[]): SweepHeading {
  const states = runs.map(({ state }) => parseRunState(state ?? ""));
  const going = runs.filter((_, i) => !hasEnded(states[i] ?? "QUEUED"));
  const total = (count: (run: RunJson) => number) => runs.reduce((sum, run) => sum + count(run), 0);
  const completed = total(({ progress }) => progress?.completedShardCount ?? 0);
  const planned = total(({ progress }) => progress?.plannedShardCount ?? 0);
  const rate = going.reduce((sum, { progress }) => sum + (progress?.replicasPerSecond ?? 0), 0);
  const replicas = total(({ progress }) => Number(progress?.completedReplicaCount ?? 0));
  return {
    name: record.name,
    displayName: record.displayName,
    state: sweepState(states),
    createTime: new Date(record.createTime).toISOString(),
    endedRunCount: states.filter(hasEnded).length,
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
