import { setImmediate as othersFirst } from "node:timers/promises";

import { sql, type Kysely, type Selectable } from "kysely";

import type { Fold } from "../plan/fold.ts";
import type { RecordedShard, ShardDigest } from "../plan/recordedShard.ts";
import type { ShardRange } from "../plan/shardRanges.ts";
import { DamagedFold, DamagedShards } from "./ledger.ts";
import { CorruptRecord } from "./partialRecord.ts";
import { foldFromRow, isPlaced, shardFromRow } from "./records.ts";
import type { LedgerTables, PartialsTable } from "./schema.ts";

type Db = Kysely<LedgerTables>;

/** Partials read at a time. */
const ROWS_AT_ONCE = 500;
/** Runs searched in one query. */
const RUNS_AT_ONCE = 100;
/** Indexes searched in one query. */
const RANGED_AT_ONCE = 65_536;

/** The run's recorded shards from an index on, ascending. @throws DamagedShards */
export async function* shards(db: Db, run: string, from: number): AsyncIterable<RecordedShard> {
  let after = from - 1;
  for (;;) {
    const rows = await db
      .selectFrom("partials")
      .selectAll()
      .where("run", "=", run)
      .where("shard_index", ">", after)
      .orderBy("shard_index")
      .limit(ROWS_AT_ONCE)
      .execute();
    yield* shardsFromRows(run, rows);
    await othersFirst();
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.shard_index;
  }
}

/** @throws DamagedShards naming all of the rows that are damaged */
function shardsFromRows(
  run: string,
  rows: readonly Selectable<PartialsTable>[],
): readonly RecordedShard[] {
  const intact: RecordedShard[] = [];
  const damaged: number[] = [];
  let problem = "";
  for (const row of rows) {
    try {
      intact.push(shardFromRow(row));
    } catch (error) {
      if (!(error instanceof CorruptRecord)) throw error;
      if (damaged.length === 0) problem = error.message;
      damaged.push(row.shard_index);
    }
  }
  if (damaged.length > 0) throw new DamagedShards(run, damaged, problem);
  return intact;
}

/** Ranges of the run's recorded shards from an index on, ascending. */
export async function shardRanges(db: Db, run: string, from: number): Promise<ShardRange[]> {
  const ranges: ShardRange[] = [];
  let start = await firstShard(db, run, from);
  while (start !== undefined) {
    const end = start + RANGED_AT_ONCE;
    for (const range of await rangesBetween(db, run, start, end)) {
      const last = ranges.at(-1);
      if (last?.end === range.first) ranges.splice(-1, 1, { first: last.first, end: range.end });
      else ranges.push(range);
    }
    start = await firstShard(db, run, end);
    await othersFirst();
  }
  return ranges;
}

async function firstShard(db: Db, run: string, from: number): Promise<number | undefined> {
  const row = await db
    .selectFrom("partials")
    .select("shard_index")
    .where("run", "=", run)
    .where("shard_index", ">=", from)
    .orderBy("shard_index")
    .limit(1)
    .executeTakeFirst();
  return row?.shard_index;
}

async function rangesBetween(
  db: Db,
  run: string,
  start: number,
  end: number,
): Promise<ShardRange[]> {
  // In consecutive shards, index and row number have the same difference.
  const numbered = db
    .selectFrom("partials")
    .select([
      "shard_index",
      sql<number>`shard_index - row_number() over (order by shard_index)`.as("island"),
    ])
    .where("run", "=", run)
    .where("shard_index", ">=", start)
    .where("shard_index", "<", end);
  const rows = await db
    .selectFrom(numbered.as("numbered"))
    .select(({ fn }) => [fn.min("shard_index").as("first"), fn.max("shard_index").as("last")])
    .groupBy("island")
    .orderBy("first")
    .execute();
  return (
    rows
      // SQLite keeps whatever damage leaves in a column, whatever the column's type is.
      .filter(({ first }) => Number.isSafeInteger(first))
      .map(({ first, last }) => ({ first, end: last + 1 }))
  );
}

/** Indexes of recorded shards of many runs, each from an index on; runs without any are left out. */
export async function shardsFrom(
  db: Db,
  first: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>();
  const asked = [...first];
  for (let start = 0; start < asked.length; start += RUNS_AT_ONCE) {
    const some = asked.slice(start, start + RUNS_AT_ONCE);
    const rows = await db
      .selectFrom("partials")
      .select(["run", "shard_index"])
      .where((eb) =>
        eb.or(
          some.map(([run, from]) => eb.and([eb("run", "=", run), eb("shard_index", ">=", from)])),
        ),
      )
      .execute();
    for (const { run, shard_index: shardIndex } of rows) {
      found.set(run, [...(found.get(run) ?? []), shardIndex]);
    }
    await othersFirst();
  }
  return found;
}

/** The digests of the run's last `count` recorded shards, ascending; damaged ones are left out. */
export async function digests(db: Db, run: string, count: number): Promise<ShardDigest[]> {
  const rows = await db
    .selectFrom("partials")
    .select(["run", "shard_index", "digest", "partial_checksum", "checksum"])
    .where("run", "=", run)
    .orderBy("shard_index", "desc")
    .limit(count)
    .execute();
  return rows
    .filter(isPlaced)
    .map((row) => ({ shardIndex: row.shard_index, digest: row.digest }))
    .toReversed();
}

/** The run's longest stored fold, if there is one. @throws DamagedFold */
export async function fold(db: Db, run: string): Promise<Fold | undefined> {
  const row = await db
    .selectFrom("folds")
    .selectAll()
    .where("run", "=", run)
    .orderBy("shard_count", "desc")
    .limit(1)
    .executeTakeFirst();
  try {
    return row && foldFromRow(row);
  } catch (error) {
    if (row === undefined || !(error instanceof CorruptRecord)) throw error;
    throw new DamagedFold(run, row.shard_count, error.message);
  }
}
