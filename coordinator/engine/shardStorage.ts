import type { RecordedShard } from "../plan/recordedShard.ts";
import type { Ledger, LedgerWrite, RunRecord } from "../ledger/ledger.ts";
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
}

/**
 * Writes shards and folds to the ledger and reads them back. A run whose recorded shards are
 * another version's cannot go on, and is ended as failed.
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
  async load({ run, load, from }: LoadCommand): Promise<void> {
    const { ledger, paging, records, dispatch, fail } = this.#options;
    const record = records.get(run);
    if (record === undefined) return;
    try {
      const shards = await readShards(ledger, record, from, paging);
      dispatch({ kind: "shards_loaded", run, load, shards });
      this.#keepFold(run);
    } catch (error) {
      if (!(error instanceof ForeignShard)) fail(error);
      else await this.#giveUp(records.get(run), error);
    }
  }

  /** Reads a run's stored work; undefined if the run cannot go on with it, and has ended. */
  async read(record: RunRecord): Promise<StoredWork | undefined> {
    const { ledger, paging } = this.#options;
    try {
      return await readWork(ledger, record, paging);
    } catch (error) {
      if (!(error instanceof ForeignShard)) throw error;
      await this.#giveUp(record, error);
      return undefined;
    }
  }

  async #giveUp(record: RunRecord | undefined, { message }: ForeignShard): Promise<void> {
    const { records, dispatch } = this.#options;
    if (record === undefined) return;
    dispatch({ kind: "runs_cancelled", runs: [record.name] });
    await records.end([{ record, ending: { state: "FAILED", error: message } }]);
  }

  #keepFold(run: string): void {
    const progress = this.#options.progressOf(run);
    const fold = progress && this.#folds.due(run, progress);
    if (fold !== undefined) {
      void this.#options.write((transaction) => transaction.putFold(run, fold));
    }
  }
}
