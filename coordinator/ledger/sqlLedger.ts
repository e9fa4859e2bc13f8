import type { Kysely, Transaction } from "kysely";

import type { Kinds } from "../../shared/kinds/kinds.ts";
import type { Fold } from "../plan/fold.ts";
import type { RecordedShard, ShardDigest } from "../plan/recordedShard.ts";
import type { ShardRange } from "../plan/shardRanges.ts";
import {
  type Ledger,
  type LedgerTransaction,
  OutcomeUnknown,
  type Page,
  type RunRecord,
  type StateCounts,
  type SweepRecord,
  type UnreadableRun,
} from "./ledger.ts";
import { Mutex } from "./mutex.ts";
import { runFromRow } from "./records.ts";
import type { LedgerTables } from "./schema.ts";
import * as lists from "./sqlLists.ts";
import * as shards from "./sqlShards.ts";
import { SqlTransaction } from "./sqlTransaction.ts";
import { readSweep } from "./sweepRows.ts";

export interface SqlLedgerOptions {
  readonly db: Kysely<LedgerTables>;
  /** The kinds of run that the ledger may hold. */
  readonly kinds: Kinds;
  /** What was found damaged when the ledger was opened, a sentence each; default: nothing. */
  readonly findings?: readonly string[];
  /** Runs first in every transaction; throws if this coordinator may not write any more. */
  readonly check?: (transaction: Transaction<LedgerTables>) => Promise<void>;
  /** Bytes that the database takes, where they can be known. */
  readonly size?: () => Promise<number>;
  /** Runs after everything else is closed. */
  readonly close?: () => Promise<void>;
}

/** A ledger in an SQL database, whose engine decides how durable a commit is. */
export class SqlLedger implements Ledger {
  readonly #db: Kysely<LedgerTables>;
  readonly #options: SqlLedgerOptions;
  readonly #mutex = new Mutex();

  constructor(options: SqlLedgerOptions) {
    this.#db = options.db;
    this.#options = options;
  }

  get findings(): readonly string[] {
    return this.#options.findings ?? [];
  }

  transact<Result>(work: (transaction: LedgerTransaction) => Promise<Result>): Promise<Result> {
    return this.#mutex.run(async () => {
      const transaction = await this.#db.startTransaction().execute();
      try {
        await this.#options.check?.(transaction);
        const writes = new SqlTransaction(transaction);
        const answer = await work(writes);
        await writes.flush();
        await transaction
          .commit()
          .execute()
          .catch((error: Error) => {
            throw new OutcomeUnknown(error);
          });
        return answer;
      } catch (error) {
        // An engine without disk space has rolled back already, and rejects a second rollback.
        await transaction
          .rollback()
          .execute()
          .catch(() => undefined);
        throw error;
      }
    });
  }

  async run(name: string): Promise<RunRecord | undefined> {
    const row = await this.#db
      .selectFrom("runs")
      .selectAll()
      .where("name", "=", name)
      .executeTakeFirst();
    return row && runFromRow(row, this.#options.kinds);
  }

  runsNamed(names: readonly string[]): Promise<RunRecord[]> {
    return lists.runsNamed(this.#options, names);
  }

  async sweep(name: string): Promise<SweepRecord | undefined> {
    const row = await this.#db
      .selectFrom("sweeps")
      .selectAll()
      .where("name", "=", name)
      .executeTakeFirst();
    return row && readSweep(this.#db, row);
  }

  runs(pageSize: number, pageToken: string): Promise<Page<RunRecord | UnreadableRun>> {
    return lists.runs(this.#options, pageSize, pageToken);
  }

  sweeps(pageSize: number, pageToken: string): Promise<Page<SweepRecord>> {
    return lists.sweeps(this.#db, pageSize, pageToken);
  }

  sweepStates(sweeps: readonly string[]): Promise<ReadonlyMap<string, StateCounts>> {
    return lists.sweepStates(this.#db, sweeps);
  }

  unfinishedRuns(): AsyncIterable<RunRecord> {
    return lists.unfinishedRuns(this.#options);
  }

  shards(run: string, from = 0): AsyncIterable<RecordedShard> {
    return shards.shards(this.#db, run, from);
  }

  shardRanges(run: string, from: number): Promise<ShardRange[]> {
    return shards.shardRanges(this.#db, run, from);
  }

  shardsFrom(first: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, readonly number[]>> {
    return shards.shardsFrom(this.#db, first);
  }

  digests(run: string, count: number): Promise<ShardDigest[]> {
    return shards.digests(this.#db, run, count);
  }

  fold(run: string): Promise<Fold | undefined> {
    return shards.fold(this.#db, run);
  }

  async size(): Promise<number | undefined> {
    return this.#options.size?.();
  }

  async close(): Promise<void> {
    await this.#mutex.idle();
    await this.#db.destroy();
    await this.#options.close?.();
  }
}
