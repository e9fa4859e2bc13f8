import type { Kysely, Selectable } from "kysely";

import { isPlainText } from "../../shared/specification/violations.ts";
import type { Kinds } from "../../shared/kinds/kinds.ts";
import { parseRunState, type RunState } from "../../shared/wire/runStates.ts";
import {
  DamagedRecord,
  type Page,
  type RunRecord,
  type StateCounts,
  type SweepRecord,
  type UnreadableRun,
} from "./ledger.ts";
import { invalidPageToken, page } from "./page.ts";
import { runFromRow } from "./records.ts";
import { LOWEST_POSITION, type LedgerTables, type RunsTable } from "./schema.ts";
import { readSweep } from "./sweepRows.ts";

type Db = Kysely<LedgerTables>;

/** A database, and the kinds of run that it may hold. */
interface Source {
  readonly db: Db;
  readonly kinds: Kinds;
}

/** Records read at a time where there may be many. */
const ROWS_AT_ONCE = 500;

/** A page of runs, newest first. @throws InvalidPageToken */
export async function runs(
  { db, kinds }: Source,
  pageSize: number,
  pageToken: string,
): Promise<Page<RunRecord | UnreadableRun>> {
  const before = await position(db, "runs", pageToken);
  const rows = await db
    .selectFrom("runs")
    .selectAll()
    .where("position", "<", before)
    .orderBy("position", "desc")
    .limit(pageSize + 1)
    .execute();
  const { records, nextPageToken } = page(rows, pageSize);
  return { records: records.map((row) => runOrDamage(row, kinds)), nextPageToken };
}

function runOrDamage(row: Selectable<RunsTable>, kinds: Kinds): RunRecord | UnreadableRun {
  try {
    return runFromRow(row, kinds);
  } catch (error) {
    if (error instanceof DamagedRecord) return { name: error.resource, damage: error };
    throw error;
  }
}

/** Those of the runs that there are. */
export async function runsNamed(
  { db, kinds }: Source,
  names: readonly string[],
): Promise<RunRecord[]> {
  if (names.length === 0) return [];
  const rows = await db.selectFrom("runs").selectAll().where("name", "in", names).execute();
  return rows.flatMap((row) => {
    const run = runOrDamage(row, kinds);
    return "damage" in run ? [] : [run];
  });
}

/** A page of sweeps, newest first. @throws InvalidPageToken */
export async function sweeps(
  db: Db,
  pageSize: number,
  pageToken: string,
): Promise<Page<SweepRecord>> {
  const before = await position(db, "sweeps", pageToken);
  const rows = await db
    .selectFrom("sweeps")
    .selectAll()
    .where("position", "<", before)
    .orderBy("position", "desc")
    .limit(pageSize + 1)
    .execute();
  const { records, nextPageToken } = page(rows, pageSize);
  return { records: await Promise.all(records.map((row) => readSweep(db, row))), nextPageToken };
}

/** How many runs of each named sweep are in each state. */
export async function sweepStates(
  db: Db,
  names: readonly string[],
): Promise<ReadonlyMap<string, StateCounts>> {
  const states = new Map<string, Map<RunState, number>>();
  if (names.length === 0) return states;
  const rows = await db
    .selectFrom("runs")
    .select(({ fn }) => ["sweep", "state", fn.countAll<number>().as("count")])
    .where("sweep", "in", names)
    .groupBy(["sweep", "state"])
    .execute();
  for (const { sweep, state, count } of rows) {
    if (sweep === null) continue;
    const counts = states.get(sweep) ?? new Map<RunState, number>();
    const known = knownState(state);
    states.set(sweep, counts.set(known, (counts.get(known) ?? 0) + count));
  }
  return states;
}

/** The state by its name; a run in no state that there is has been damaged, and counts as failed. */
function knownState(state: string): RunState {
  try {
    return parseRunState(state);
  } catch {
    return "FAILED";
  }
}

/** Runs that have not ended, oldest first, but for damaged ones. */
export async function* unfinishedRuns({ db, kinds }: Source): AsyncIterable<RunRecord> {
  let after = LOWEST_POSITION;
  for (;;) {
    const rows = await db
      .selectFrom("runs")
      .selectAll()
      .where("ended", "=", 0)
      .where("position", ">", after)
      .orderBy("position")
      .limit(ROWS_AT_ONCE)
      .execute();
    for (const row of rows) {
      const run = runOrDamage(row, kinds);
      if (!("damage" in run)) yield run;
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.position;
  }
}

/** The position at which the previous page ended; for the first page, beyond every record. */
async function position(db: Db, table: "runs" | "sweeps", pageToken: string): Promise<number> {
  if (pageToken === "") return Number.MAX_SAFE_INTEGER;
  // PostgreSQL accepts no text that holds a NUL character, not even in a query.
  const row = isPlainText(pageToken)
    ? await db.selectFrom(table).select("position").where("name", "=", pageToken).executeTakeFirst()
    : undefined;
  if (row !== undefined) return row.position;
  throw invalidPageToken(pageToken);
}
