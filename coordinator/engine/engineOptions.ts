import type { Logger } from "pino";

import type { RunState } from "../../shared/wire/runStates.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { SchedulerOptions } from "../scheduler/options.ts";
import type { Paging } from "./resumeFromLedger.ts";

/** What the engine needs from outside: it has no clock and no randomness of its own. */
export interface EngineOptions {
  readonly ledger: Ledger;
  readonly log: Logger;
  /** Seconds of a clock that does not jump. */
  readonly clock: () => number;
  /** Milliseconds since the epoch. */
  readonly wallClock: () => number;
  /** Leases are numbered from here: apart from those of an earlier coordinator on the same ledger. */
  readonly firstLease: number;
  /** Called once if the ledger fails: nothing can be promised any more. */
  readonly onFatal: (error: unknown) => void;
  readonly scheduler: SchedulerOptions;
  /** Resolves when what has gathered should be committed, see LedgerWriter; default: at once. */
  readonly gather?: (lastBatch: number) => Promise<void>;
  readonly paging?: Paging;
  readonly observer?: EngineObserver;
}

/** Hears of what has become durable, to count it. */
export interface EngineObserver {
  committed(seconds: number): void;
  runEnded(state: RunState): void;
}
