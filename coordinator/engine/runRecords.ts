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

/** A run's record and how the run ends. */
export interface EndingRun {
  readonly record: RunRecord;
  readonly ending: RunEnding;
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

  /**
   * Ends runs, all in one transaction; resolves once that is durable. Until then their states stay
   * those of the given records.
   */
  async end(runs: readonly EndingRun[]): Promise<void> {
    const end = this.#end(runs);
    for (const { record } of runs) this.#ending.set(record.name, end);
    await end;
    for (const { record } of runs) this.#ending.delete(record.name);
  }

  /** True if the run's end is on its way to the ledger. */
  isEnding(run: string): boolean {
    return this.#ending.has(run);
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

  async #end(runs: readonly EndingRun[]): Promise<void> {
    const { log, wallClock, observer, write } = this.#options;
    const endTime = wallClock();
    const ends = runs.map(({ record, ending }) => ({
      record,
      after: endedRecord(record, ending, endTime),
    }));
    for (const { record, after } of ends) {
      const { name, state, revision } = record;
      // Watchers see the last estimate while the end is on its way to the ledger.
      this.#records.set(name, { ...after, state, revision });
    }
    await write(async (transaction) => {
      for (const { after } of ends) await transaction.putRun(after);
    });
    for (const { after } of ends) {
      const { name, state } = after;
      this.#records.delete(name);
      log.info({ run: name, state }, "run ended");
      observer?.runEnded(state);
      this.announce(name, true);
    }
  }
}

function endedRecord(
  record: RunRecord,
  { state, error = "", work }: RunEnding,
  endTime: number,
): RunRecord {
  const revision = record.revision + 1;
  return { ...record, state, error, endTime, revision, ...outcomeOf(work) };
}

function outcomeOf(work: EndedWork | undefined): Pick<RunRecord, "outcome"> {
  const sums = work?.progress.folded;
  if (work === undefined || sums === undefined) return {};
  const { progress, disagreementCount } = work;
  const { foldedShards: shardCount, computations } = progress;
  return { outcome: { shardCount, sums, computations, disagreementCount } };
}
