import type { Engine } from "../engine/engine.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { runSummary } from "../simulations/runView.ts";
import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { runLoad, type RunLoad } from "./runLoad.ts";

/** Runs of which the estimates are told: labels must stay few, however many runs there are. */
const MAXIMUM_RUNS = 20;

/** A coordinator that leads, as its metrics see it. */
export interface Leader {
  readonly engine: Pick<Engine, "scheduler" | "unfinishedRecords" | "waitingWrites" | "work">;
  readonly ledger: Pick<Ledger, "size">;
  /** Seconds, the engine's. */
  readonly clock: () => number;
}

/** The same at one moment, with what is slow to find out. */
export interface LeaderNow extends Pick<Leader, "engine"> {
  readonly load: RunLoad;
  readonly ledgerBytes: number | undefined;
  /** The oldest active runs, as clients are told of them. */
  readonly runs: readonly Run[];
}

export async function look({ engine, ledger, clock }: Leader): Promise<LeaderNow> {
  const ledgerBytes = await ledger.size();
  const runs: Run[] = [];
  for (const record of engine.unfinishedRecords.values()) {
    const work = engine.work(record.name);
    if (work?.active.started !== true) continue;
    runs.push(runSummary(record, work, clock()));
    if (runs.length === MAXIMUM_RUNS) break;
  }
  const { scheduler } = engine;
  const load = runLoad(scheduler.runs.values(), scheduler.recordingCount);
  return { engine, load, ledgerBytes, runs };
}
