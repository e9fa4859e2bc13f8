import type { Engine } from "../engine/engine.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { SimulationReads } from "../simulations/reads.ts";
import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { runLoad, type RunLoad } from "./runLoad.ts";

/** Runs whose estimates are exported; the limit keeps labels few, however many runs there are. */
const MAXIMUM_RUNS = 20;

/** The parts of a leading coordinator that its metrics read. */
export interface Leader {
  readonly engine: Pick<Engine, "scheduler" | "unfinishedRecords" | "waitingWrites">;
  readonly ledger: Pick<Ledger, "size">;
  readonly reads: Pick<SimulationReads, "startedRuns">;
  readonly watches: {
    /** Bytes that wait for those who watch runs and sweeps. */
    readonly waitingBytes: number;
  };
}

/** A leading coordinator at one moment, with the values that take time to find. */
export interface LeaderNow extends Pick<Leader, "engine" | "watches"> {
  readonly load: RunLoad;
  readonly ledgerBytes: number | undefined;
  /** The oldest active runs, as clients see them. */
  readonly runs: readonly Run[];
}

export async function look({ engine, ledger, reads, watches }: Leader): Promise<LeaderNow> {
  const ledgerBytes = await ledger.size();
  const runs = reads.startedRuns(MAXIMUM_RUNS);
  const { scheduler } = engine;
  const load = runLoad(scheduler.runs.values(), scheduler.recordingCount);
  return { engine, watches, load, ledgerBytes, runs };
}
