import type { Logger } from "pino";

import type { RunState } from "../../shared/wire/runStates.ts";
import type { LedgerWrite, RunRecord } from "../ledger/ledger.ts";
import type { ActiveRun } from "../scheduler/activeRun.ts";
import type { EngineObserver } from "./engineOptions.ts";

/** The part of a run's work that is kept when it ends. */
type EndedWork = Pick<ActiveRun, "progress" | "disagreementCount">;

/** How a run ends. */
export interface RunEnding {
  readonly state: RunState;
  /** Why the run failed. */
  readonly error?: string;
  readonly work?: EndedWork | undefined;
}

/** Hears that a run changed, and whether it has ended. */
export type RunListener = (run: string, ended: boolean) => void;

export interface RunRecordsOptions {
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly wallClock: () => number;
  readonly observer?: EngineObserver | undefined;
  /** Writes to the ledger, in order with all other writes; resolves once the write is durable. */
  readonly write: (write: LedgerWrite) => Promise<void>;
}

/** The records of unfinished runs. Changes their states, ends them, and tells listeners. */
export class RunRecords {
  readonly #options: RunRecordsOptions;
  readonly #records = new Map<string, RunRecord>();
  /** Runs whose end is on its way to the ledger. */
  readonly #ending = new Map<string, Promise<void>>();
  readonly #listeners = new Set<RunListener>();

  constructor(options: RunRecordsOptions) {
    this.#options = options;
  }

  /** Every record, oldest first. */
  get all(): ReadonlyMap<string, RunRecord> {
    return this.#records;
  }

  get(run: string): RunRecord | undefined {
    return this.#records.get(run);
  }

  /** Adds a record that is already in the ledger. */
  put(record: RunRecord): void {
    this.#records.set(record.name, record);
  }

  setState(run: string, state: RunState): void {
    const record = this.#records.get(run);
    if (record === undefined || record.state === state) return;
    const changed = { ...record, state, revision: record.revision + 1 };
    this.#records.set(run, changed);
    void this.#options.write((transaction) => transaction.putRun(changed));
    this.announce(run);
  }

  /** Ends a run; resolves once that is durable. Until then the run's state does not change. */
  async end(record: RunRecord, ending: RunEnding): Promise<void> {
    const end = this.#end(record, ending);
    this.#ending.set(record.name, end);
    await end;
    this.#ending.delete(record.name);
  }

  /** If the run's end is on its way to the ledger, resolves once it is durable. */
  async ended(run: string): Promise<void> {
    await this.#ending.get(run);
  }

  announce(run: string, ended = false): void {
    for (const listener of this.#listeners) listener(run, ended);
  }

  /** Calls `listener` whenever a run changes, until the returned function is called. */
  onChange(listener: RunListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #end(record: RunRecord, { state, error = "", work }: RunEnding): Promise<void> {
    const { log, wallClock, observer, write } = this.#options;
    const ended: RunRecord = {
      ...record,
      state,
      error,
      endTime: wallClock(),
      revision: record.revision + 1,
      ...outcomeOf(work),
    };
    // Watchers see the last estimate while the end is on its way to the ledger.
    this.#records.set(record.name, { ...ended, state: record.state, revision: record.revision });
    await write((transaction) => transaction.putRun(ended));
    this.#records.delete(record.name);
    log.info({ run: record.name, state }, "run ended");
    observer?.runEnded(state);
    this.announce(record.name, true);
  }
}

function outcomeOf(work: EndedWork | undefined): Pick<RunRecord, "outcome"> {
  const sums = work?.progress.folded;
  if (work === undefined || sums === undefined) return {};
  const { progress, disagreementCount } = work;
  return { outcome: { shardCount: progress.foldedShards, sums, disagreementCount } };
}
