import type { Logger } from "pino";

import type { RecordedShard } from "../plan/recordedShard.ts";
import {
  DamagedFold,
  DamagedShards,
  type Ledger,
  type LedgerWrite,
  type RunRecord,
} from "../ledger/ledger.ts";
import { ledgerDamage } from "../ledger/ledgerDamage.ts";
import type { SchedulerCommand, SchedulerEvent } from "../scheduler/events.ts";
import type { RunProgress } from "../scheduler/runProgress.ts";
import { FoldKeeping } from "./foldKeeping.ts";
import {
  ForeignShard,
  type Paging,
  readShards,
  readWork,
  type StoredWork,
} from "./resumeFromLedger.ts";
import type { RunRecords } from "./runRecords.ts";

type LoadCommand = Extract<SchedulerCommand, { kind: "load" }>;

interface ShardStorageOptions {
  readonly ledger: Ledger;
  readonly paging: Paging;
  readonly records: RunRecords;
  /** Writes to the ledger; resolves once the write is durable. */
  readonly write: (write: LedgerWrite) => Promise<void>;
  /** The progress of an active run. */
  readonly progressOf: (run: string) => RunProgress | undefined;
  readonly dispatch: (event: SchedulerEvent) => void;
  readonly fail: (error: unknown) => void;
  readonly log: Logger;
  /** Whether the scheduler still waits for the answer to a `load`. */
  readonly isCurrent: (load: LoadCommand) => boolean;
  /** Goes on with an active run without these shards. */
  readonly discard: (run: string, damaged: DamagedShards) => void;
}

/**
 * Writes shards and folds to the ledger and reads them back. What comes back damaged is deleted, to
 * be computed again. A run whose recorded shards are another version's, or cannot be read at all,
 * cannot go on, and is ended as failed; other runs go on.
 */
export class ShardStorage {
  readonly #options: ShardStorageOptions;
  readonly #folds: FoldKeeping;

  constructor(options: ShardStorageOptions) {
    this.#options = options;
    this.#folds = new FoldKeeping(options.paging.shardsPerFold);
    options.records.onChange((run, ended) => {
      if (ended) this.#folds.end(run);
    });
  }

  /** Notes that work on a run begins, and how many shards the ledger's fold of it has. */
  begin(run: string, foldedShards: number): void {
    this.#folds.begin(run, foldedShards);
  }

  /** Makes a partial durable, then tells the scheduler. */
  async record(run: string, shard: RecordedShard): Promise<void> {
    const { write, dispatch, fail } = this.#options;
    try {
      await write((transaction) => transaction.putShard(run, shard));
      dispatch({ kind: "shard_recorded", run, shardIndex: shard.shardIndex });
      this.#keepFold(run);
    } catch (error) {
      fail(error);
    }
  }

  /** Reads the shards that the scheduler asks for, and passes them on. */
  async load(command: LoadCommand): Promise<void> {
    const { run, load, from } = command;
    const { ledger, paging, records, dispatch, fail, isCurrent, discard } = this.#options;
    const record = records.get(run);
    if (record === undefined) return;
    try {
      const shards = await readShards(ledger, record, from, paging);
      dispatch({ kind: "shards_loaded", run, load, shards });
      this.#keepFold(run);
    } catch (error) {
      const problem = reasonToGiveUp(error);
      if (error instanceof DamagedShards) {
        // A run that was withdrawn meanwhile reads its shards again, and finds the damage then.
        if (isCurrent(command)) discard(run, error);
      } else if (problem === undefined) fail(error);
      else await this.#giveUp(records.get(run), problem);
    }
  }

  /** Reads a run's stored work; undefined if the run cannot go on with it, and has ended. */
  async read(record: RunRecord): Promise<StoredWork | undefined> {
    const { ledger, paging } = this.#options;
    let before = "";
    for (;;) {
      try {
        return await readWork(ledger, record, paging);
      } catch (error) {
        const problem = reasonToGiveUp(error);
        const { message } = error as Error;
        if (problem !== undefined) {
          await this.#giveUp(record, problem);
          return undefined;
        }
        const deletion = deletionOf(record.name, error);
        if (deletion === undefined) throw error;
        if (message === before) {
          await this.#giveUp(record, `${message}; it cannot be deleted`);
          return undefined;
        }
        before = message;
        this.#options.log.error({ run: record.name }, `${message}; what it held is computed again`);
        await this.#options.write(deletion);
      }
    }
  }

  async #giveUp(record: RunRecord | undefined, error: string): Promise<void> {
    const { log, records, dispatch } = this.#options;
    if (record === undefined) return;
    log.error({ run: record.name }, `run failed: ${error}`);
    dispatch({ kind: "runs_cancelled", runs: [record.name] });
    await records.end([{ record, ending: { state: "FAILED", error } }]);
  }

  #keepFold(run: string): void {
    const progress = this.#options.progressOf(run);
    const fold = progress && this.#folds.due(run, progress);
    if (fold !== undefined) {
      void this.#options.write((transaction) => transaction.putFold(run, fold));
    }
  }
}

/** Why a run cannot go on while others can; undefined if the error does not say so. */
function reasonToGiveUp(error: unknown): string | undefined {
  return error instanceof ForeignShard ? error.message : ledgerDamage(error);
}

/** The write that deletes what the ledger cannot give back; undefined if that is not the error. */
function deletionOf(run: string, error: unknown): LedgerWrite | undefined {
  if (error instanceof DamagedShards) {
    return async (transaction) => {
      for (const shardIndex of error.shards) await transaction.deleteShard(run, shardIndex);
    };
  }
  if (error instanceof DamagedFold) {
    // Longer ones are damaged, too, and an odd number of shards tells nothing about any.
    const { shardCount } = error;
    const from = Number.isSafeInteger(shardCount) && shardCount > 0 ? shardCount - 1 : -1;
    return (transaction) => transaction.deleteFolds(run, from);
  }
  return undefined;
}
