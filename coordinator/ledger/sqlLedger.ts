import { setImmediate as othersFirst } from "node:timers/promises";

import { sql, type Kysely, type Transaction } from "kysely";

import { Mutex } from "./mutex.ts";
import { parseRunState, type RunState } from "../../shared/wire/runStates.ts";
import { isPlainText, refused } from "../../shared/specification/violations.ts";
import type { RecordedShard, ShardDigest } from "../plan/recordedShard.ts";
import type { Fold } from "../plan/fold.ts";
import type { ShardRange } from "../plan/shardRanges.ts";
import {
  InvalidPageToken,
  type Ledger,
  type LedgerTransaction,
  OutcomeUnknown,
  type Page,
  type RequestRecord,
  type RunRecord,
  type StateCounts,
  type SweepRecord,
} from "./ledger.ts";
import {
  foldFromRow,
  foldToRow,
  runFromRow,
  runToRow,
  shardFromRow,
  shardToRow,
  sweepFromRow,
  sweepToRow,
} from "./records.ts";
import type { LedgerTables } from "./schema.ts";

/** Rows that are read at a time where there may be many. */
const ROWS_AT_ONCE = 500;
/** Indexes that are gone through in one query. */
const RANGED_AT_ONCE = 65_536;
/** Partials in one insertion; an engine takes some ten thousand parameters. */
const PARTIALS_AT_ONCE = 1000;

export interface SqlLedgerOptions {
  readonly db: Kysely<LedgerTables>;
  /** First in every transaction: throws if this coordinator may not write any more. */
  readonly check?: (transaction: Transaction<LedgerTables>) => Promise<void>;
  /** Bytes that the database takes, where it can be known. */
  readonly size?: () => Promise<number>;
  /** Last of all. */
  readonly close?: () => Promise<void>;
}

/** A ledger in a database; how durable a commit is, is its engine's matter. */
export class SqlLedger implements Ledger {
  readonly #db: Kysely<LedgerTables>;
  readonly #options: SqlLedgerOptions;
  readonly #mutex = new Mutex();

  constructor(options: SqlLedgerOptions) {
    this.#db = options.db;
    this.#options = options;
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
        // An engine that is out of room has undone it already, and complains of the second time.
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
    return row && runFromRow(row);
  }

  async sweep(name: string): Promise<SweepRecord | undefined> {
    const row = await this.#db
      .selectFrom("sweeps")
      .selectAll()
      .where("name", "=", name)
      .executeTakeFirst();
    return row && sweepFromRow(row);
  }

  async runs(pageSize: number, pageToken: string): Promise<Page<RunRecord>> {
    const before = await this.#position("runs", pageToken);
    const rows = await this.#db
      .selectFrom("runs")
      .selectAll()
      .where("position", "<", before)
      .orderBy("position", "desc")
      .limit(pageSize + 1)
      .execute();
    return page(rows.map(runFromRow), pageSize);
  }

  async sweeps(pageSize: number, pageToken: string): Promise<Page<SweepRecord>> {
    const before = await this.#position("sweeps", pageToken);
    const rows = await this.#db
      .selectFrom("sweeps")
      .selectAll()
      .where("position", "<", before)
      .orderBy("position", "desc")
      .limit(pageSize + 1)
      .execute();
    return page(rows.map(sweepFromRow), pageSize);
  }

  async sweepStates(sweeps: readonly string[]): Promise<ReadonlyMap<string, StateCounts>> {
    const states = new Map<string, Map<RunState, number>>();
    if (sweeps.length === 0) return states;
    const rows = await this.#db
      .selectFrom("runs")
      .select(({ fn }) => ["sweep", "state", fn.countAll<number>().as("count")])
      .where("sweep", "in", sweeps)
      .groupBy(["sweep", "state"])
      .execute();
    for (const { sweep, state, count } of rows) {
      if (sweep === null) continue;
      const counts = states.get(sweep) ?? new Map<RunState, number>();
      states.set(sweep, counts.set(parseRunState(state), count));
    }
    return states;
  }

  async *unfinishedRuns(): AsyncIterable<RunRecord> {
    let after = 0;
    for (;;) {
      const rows = await this.#db
        .selectFrom("runs")
        .selectAll()
        .where("ended", "=", 0)
        .where("position", ">", after)
        .orderBy("position")
        .limit(ROWS_AT_ONCE)
        .execute();
      yield* rows.map(runFromRow);
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.position;
    }
  }

  async *shards(run: string, from = 0): AsyncIterable<RecordedShard> {
    let after = from - 1;
    for (;;) {
      const rows = await this.#db
        .selectFrom("partials")
        .selectAll()
        .where("run", "=", run)
        .where("shard_index", ">", after)
        .orderBy("shard_index")
        .limit(ROWS_AT_ONCE)
        .execute();
      yield* rows.map(shardFromRow);
      await othersFirst();
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.shard_index;
    }
  }

  async shardRanges(run: string, from: number): Promise<ShardRange[]> {
    const ranges: ShardRange[] = [];
    let start = await this.#firstShard(run, from);
    while (start !== undefined) {
      const end = start + RANGED_AT_ONCE;
      for (const range of await this.#rangesBetween(run, start, end)) {
        const last = ranges.at(-1);
        if (last?.end === range.first) ranges.splice(-1, 1, { first: last.first, end: range.end });
        else ranges.push(range);
      }
      start = await this.#firstShard(run, end);
      await othersFirst();
    }
    return ranges;
  }

  async #firstShard(run: string, from: number): Promise<number | undefined> {
    const row = await this.#db
      .selectFrom("partials")
      .select("shard_index")
      .where("run", "=", run)
      .where("shard_index", ">=", from)
      .orderBy("shard_index")
      .limit(1)
      .executeTakeFirst();
    return row?.shard_index;
  }

  async #rangesBetween(run: string, start: number, end: number): Promise<ShardRange[]> {
    // Of shards that follow one another, the index less the row's number is the same.
    const numbered = this.#db
      .selectFrom("partials")
      .select([
        "shard_index",
        sql<number>`shard_index - row_number() over (order by shard_index)`.as("island"),
      ])
      .where("run", "=", run)
      .where("shard_index", ">=", start)
      .where("shard_index", "<", end);
    const rows = await this.#db
      .selectFrom(numbered.as("numbered"))
      .select(({ fn }) => [fn.min("shard_index").as("first"), fn.max("shard_index").as("last")])
      .groupBy("island")
      .orderBy("first")
      .execute();
    return rows.map(({ first, last }) => ({ first, end: last + 1 }));
  }

  async digests(run: string, count: number): Promise<ShardDigest[]> {
    const rows = await this.#db
      .selectFrom("partials")
      .select(["shard_index", "digest"])
      .where("run", "=", run)
      .orderBy("shard_index", "desc")
      .limit(count)
      .execute();
    return rows.map((row) => ({ shardIndex: row.shard_index, digest: row.digest })).toReversed();
  }

  async fold(run: string): Promise<Fold | undefined> {
    const row = await this.#db
      .selectFrom("folds")
      .selectAll()
      .where("run", "=", run)
      .orderBy("shard_count", "desc")
      .limit(1)
      .executeTakeFirst();
    return row && foldFromRow(row);
  }

  async size(): Promise<number | undefined> {
    return this.#options.size?.();
  }

  async close(): Promise<void> {
    await this.#mutex.idle();
    await this.#db.destroy();
    await this.#options.close?.();
  }

  /** Where the page before ended; beyond everything for the first one. */
  async #position(table: "runs" | "sweeps", pageToken: string): Promise<number> {
    if (pageToken === "") return Number.MAX_SAFE_INTEGER;
    // PostgreSQL takes no text with a zero in it, not even to look for it.
    const row = isPlainText(pageToken)
      ? await this.#db
          .selectFrom(table)
          .select("position")
          .where("name", "=", pageToken)
          .executeTakeFirst()
      : undefined;
    if (row !== undefined) return row.position;
    throw new InvalidPageToken(`${refused(pageToken)}; give the token of a page of this list`);
  }
}

/** Writes of one transaction. Partials, which are many, are gathered and inserted together. */
class SqlTransaction implements LedgerTransaction {
  readonly #transaction: Transaction<LedgerTables>;
  #partials: ReturnType<typeof shardToRow>[] = [];

  constructor(transaction: Transaction<LedgerTables>) {
    this.#transaction = transaction;
  }

  async request(requestId: string): Promise<RequestRecord | undefined> {
    const row = await this.#transaction
      .selectFrom("requests")
      .selectAll()
      .where("request_id", "=", requestId)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    return { requestId, fingerprint: row.fingerprint, resource: row.resource };
  }

  async putRequest({ requestId, fingerprint, resource }: RequestRecord): Promise<void> {
    await this.#transaction
      .insertInto("requests")
      .values({ request_id: requestId, fingerprint, resource })
      .execute();
  }

  async putRun(run: RunRecord): Promise<void> {
    const { name: _name, ...changes } = runToRow(run);
    await this.#transaction
      .insertInto("runs")
      .values(runToRow(run))
      .onConflict((conflict) => conflict.column("name").doUpdateSet(changes))
      .execute();
  }

  async putSweep(sweep: SweepRecord): Promise<void> {
    const { name: _name, ...changes } = sweepToRow(sweep);
    await this.#transaction
      .insertInto("sweeps")
      .values(sweepToRow(sweep))
      .onConflict((conflict) => conflict.column("name").doUpdateSet(changes))
      .execute();
  }

  async putShard(run: string, shard: RecordedShard): Promise<void> {
    this.#partials.push(shardToRow(run, shard));
    if (this.#partials.length >= PARTIALS_AT_ONCE) await this.flush();
  }

  async deleteShard(run: string, shardIndex: number): Promise<void> {
    await this.flush();
    await this.#transaction
      .deleteFrom("partials")
      .where("run", "=", run)
      .where("shard_index", "=", shardIndex)
      .execute();
  }

  async putFold(run: string, fold: Fold): Promise<void> {
    await this.#transaction.insertInto("folds").values(foldToRow(run, fold)).execute();
  }

  async deleteFolds(run: string, shardIndex: number): Promise<void> {
    await this.#transaction
      .deleteFrom("folds")
      .where("run", "=", run)
      .where("shard_count", ">", shardIndex)
      .execute();
  }

  /** Writes what was gathered. @throws Error if a shard is recorded already */
  async flush(): Promise<void> {
    const partials = this.#partials;
    this.#partials = [];
    if (partials.length === 0) return;
    await this.#transaction.insertInto("partials").values(partials).execute();
  }
}

/** Of records newest first, of which one more was asked for than belongs to the page. */
function page<Record extends { readonly name: string }>(
  records: readonly Record[],
  pageSize: number,
): Page<Record> {
  const slice = records.slice(0, pageSize);
  const more = records.length > pageSize;
  return { records: slice, nextPageToken: more ? (slice.at(-1)?.name ?? "") : "" };
}
