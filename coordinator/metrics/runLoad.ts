import { worstErrorRatio } from "../../shared/specification/stoppingRule.ts";
import type { ActiveRun } from "../scheduler/activeRun.ts";
import type { RunProgress } from "../scheduler/runProgress.ts";

/** Shards of all active runs together, and the worst of what runs can suffer from. */
export interface RunLoad {
  readonly leased: number;
  /** To be leased now: a guess for runs that aim at a precision. */
  readonly waiting: number;
  readonly parked: number;
  /** Recorded shards of one run that wait for an earlier one, at most. */
  readonly foldLag: number;
  /** Largest ratio of a standard error to its target; undefined if nobody aims at one. */
  readonly errorRatio: number | undefined;
  /** Largest fraction of a run's replicas that went extinct; undefined before the first. */
  readonly extinctFraction: number | undefined;
}

/** @param recording partials on their way to the ledger, of all runs together. */
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

/** Intervals cost more than all the rest, and most runs have not changed since the last scrape. */
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
