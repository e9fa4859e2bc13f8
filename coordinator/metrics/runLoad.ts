import { worstErrorRatio } from "../../shared/specification/stoppingRule.ts";
import type { ActiveRun } from "../scheduler/activeRun.ts";
import type { RunProgress } from "../scheduler/runProgress.ts";

/** Shards of all active runs together, and the worst values among the runs. */
export interface RunLoad {
  readonly leased: number;
  /** Shards to be leased now; a guess for runs with a precision target. */
  readonly waiting: number;
  readonly parked: number;
  /** Recorded shards that wait for an earlier shard of their run; the most of any run. */
  readonly foldLag: number;
  /** Largest ratio of a standard error to its target; undefined if no run has a target. */
  readonly errorRatio: number | undefined;
  /** Largest fraction of extinct replicas of any run; undefined before the first replica. */
  readonly extinctFraction: number | undefined;
}

/** @param recording how many partials of all runs are on their way to the ledger. */
export function runLoad(runs: Iterable<ActiveRun>, recording: number): RunLoad {
  let [leased, parked, open, foldLag] = [0, 0, 0, 0];
  let errorRatio: number | undefined;
  let extinctFraction: number | undefined;
  for (const run of runs) {
    const { progress } = run;
    leased += run.leasedShardCount;
    parked += run.parkedCount;
    if (!progress.met) {
      open += Math.max(0, run.horizon - progress.recordedShards - run.parkedCount);
      foldLag = Math.max(foldLag, progress.recordedShards - progress.foldedShards);
    }
    errorRatio = larger(errorRatio, errorRatioOf(progress));
    extinctFraction = larger(extinctFraction, extinctFractionOf(progress));
  }
  const waiting = Math.max(0, open - leased - recording);
  return { leased, waiting, parked, foldLag, errorRatio, extinctFraction };
}

/** Keeps ratios, since intervals cost most and few runs change between two scrapes. */
const ratios = new WeakMap<RunProgress, { readonly shards: number; readonly ratio: number }>();

function errorRatioOf(progress: RunProgress): number | undefined {
  const { stoppingRule } = progress.specification;
  const shards = progress.foldedShards;
  if (stoppingRule.kind === "replicas" || shards === 0) return undefined;
  const known = ratios.get(progress);
  if (known?.shards === shards) return known.ratio;
  const estimates = progress.estimates();
  if (estimates === undefined) return undefined;
  const ratio = worstErrorRatio(stoppingRule.precision, estimates);
  ratios.set(progress, { shards, ratio });
  return ratio;
}

function extinctFractionOf({ folded }: RunProgress): number | undefined {
  const last = folded?.checkpoints.at(-1);
  return folded && last && last.extinctCount / folded.replicaCount;
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
