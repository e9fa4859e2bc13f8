import type { Logger } from "pino";

import type { RunState } from "../../shared/wire/runStates.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { SchedulerOptions } from "../scheduler/options.ts";
import type { Paging } from "./resumeFromLedger.ts";

/** What the engine needs from outside, since it has no clock and no randomness of its own. */
export interface EngineOptions {
  readonly ledger: Ledger;
  readonly log: Logger;
  /** The seconds of a clock that does not jump. */
  readonly clock: () => number;
  /** Milliseconds since the epoch. */
  readonly wallClock: () => number;
  /** The first lease's number; it keeps leases apart from those of earlier coordinators. */
  readonly firstLease: number;
  /** Called once if the ledger fails, after which nothing can be promised. */
  readonly onFatal: (error: unknown) => void;
  readonly scheduler: SchedulerOptions;
  /** Resolves when gathered writes should be committed, see LedgerWriter; default: at once. */
  readonly gather?: (lastBatch: number) => Promise<void>;
  readonly paging?: Paging;
  readonly observer?: EngineObserver;
}

/** Hears of commits and ends of runs, to count them. */
export interface EngineObserver {
  committed(seconds: number): void;
  runEnded(state: RunState): void;
}
