import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";

import Database from "better-sqlite3";
import { Kysely } from "kysely";

import { migrate } from "./migrations.ts";
import type { LedgerTables } from "./schema.ts";
import { LedgerDialect } from "./sqliteDialect.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/** Lengths in bytes of a ledger's pages, and of the header with which the first one begins. */
const PAGE_BYTES = 4096;
const HEADER_BYTES = 100;
const TABLES = ["runs", "sweeps", "requests", "partials", "folds"] as const;
/**
 * Bytes at the beginning of every ledger's file that are always the same: see "The Database Header"
 * in SQLite's documentation. They are SQLite's name, the page size, versions and fractions; the
 * schema's format; and the encoding.
 */
const HEADER: readonly (readonly [offset: number, bytes: Buffer])[] = [
  [0, Buffer.from("SQLite format 3\0\x10\0\x02\x02\0\x40\x20\x20", "latin1")],
  [44, Buffer.from([0, 0, 0, 4])],
  [56, Buffer.from([0, 0, 0, 1])],
];

/** How many rows of a table could be read. */
export interface RecoveredTable {
  readonly table: string;
  readonly rowCount: number;
  /** Whether nothing stood in the way of reading all of them. */
  readonly isWhole: boolean;
}

/**
 * Copies every row that can still be read from a damaged SQLite ledger to a new one. Whether a row
 * is what was written there is found out when the new ledger is opened, by its checksum.
 *
 * @throws Error if the new file exists already, or nothing can be read
 */
export async function recoverLedger(damaged: string, target: string): Promise<RecoveredTable[]> {
  if (!existsSync(damaged)) throw new Error(`${damaged} is not there; give the damaged ledger`);
  if (existsSync(target)) throw new Error(`${target} is there already; give a new file`);
  // A copy, since SQLite changes what it opens; beside the new ledger, where there must be room.
  const folder = mkdtempSync(join(dirname(resolve(target)), ".recovering-"));
  const [copy, empty] = [join(folder, "damaged"), join(folder, "empty")];
  try {
    copyFileSync(damaged, copy);
    putHeader(copy);
    if (existsSync(`${damaged}-wal`)) copyFileSync(`${damaged}-wal`, `${copy}-wal`);
    await makeEmpty(empty);
    const asItIs = {
      made: join(folder, "first"),
      ...copyTables(copy, empty, join(folder, "first")),
    };
    let best = asItIs;
    if (!asItIs.tables.every(({ isWhole }) => isWhole)) {
      putFirstPage(copy, empty);
      const made = join(folder, "second");
      const withTables = { made, ...copyTables(copy, empty, made) };
      if (withTables.rowCount > asItIs.rowCount) best = withTables;
    }
    if (best.rowCount === 0 && !best.tables.some(({ isWhole }) => isWhole)) {
      throw new Error(`nothing can be read from ${damaged}; restore it from a copy`);
    }
    copyFileSync(best.made, target);
    return best.tables;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes what must be in the header of a ledger's file. */
function putHeader(path: string): void {
  writeAt(path, HEADER);
}

/**
 * Replaces the list of tables at the beginning of a file by that of a new ledger, in which every
 * table begins at the same page: migrations create tables in the same order in every ledger.
 */
function putFirstPage(path: string, empty: string): void {
  writeAt(path, [[HEADER_BYTES, readFileSync(empty).subarray(HEADER_BYTES, PAGE_BYTES)]]);
}

function writeAt(
  path: string,
  pieces: readonly (readonly [offset: number, bytes: Buffer])[],
): void {
  const file = openSync(path, "r+");
  try {
    for (const [offset, bytes] of pieces) writeSync(file, bytes, 0, bytes.length, offset);
  } finally {
    closeSync(file);
  }
}

/** Makes a ledger without rows. */
async function makeEmpty(path: string): Promise<void> {
  const database = new Database(path);
  try {
    const db = new Kysely<LedgerTables>({ dialect: new LedgerDialect({ database }) });
    await migrate(db, { bytes: "blob", counter: "integer" });
  } finally {
    database.close();
  }
}

/** Copies what can be read to a copy of an empty ledger; also moves the log into the damaged file. */
function copyTables(damaged: string, empty: string, made: string) {
  copyFileSync(empty, made);
  const to = new Database(made);
  const from = new Database(damaged);
  try {
    to.prepare("update leadership set checked_epoch = ?").run(checkedEpoch(from));
    const tables = TABLES.map((table) => copyTable(from, to, table));
    return { tables, rowCount: tables.reduce((sum, { rowCount }) => sum + rowCount, 0) };
  } finally {
    from.close();
    to.close();
  }
}

/** Null if the ledger is an earlier version's, whose rows have no checksums yet. */
function checkedEpoch(from: Database.Database): number | null {
  try {
    const kept = from.prepare("select checked_epoch from leadership").pluck().get();
    return kept === null ? null : 0;
  } catch (error) {
    return /no such column/.test(reasonOf(error)) ? null : 0;
  }
}

/** Copies the rows of a table by their numbers, from both ends up to what cannot be read. */
function copyTable(from: Database.Database, to: Database.Database, table: string): RecoveredTable {
  let rowCount = 0;
  const put = (row: Record<string, unknown>) => {
    const { the_number: _number, ...cells } = row;
    const columns = Object.keys(cells);
    const places = columns.map(() => "?").join(", ");
    // The same row may be found twice, and a damaged one may break a constraint.
    const insert = to.prepare(
      `insert or ignore into ${table} (${columns.join()}) values (${places})`,
    );
    rowCount += insert.run(...Object.values(cells)).changes;
  };
  const read = (condition: string, order: string, bound: number) => {
    const sql = `select rowid as the_number, * from ${table} where rowid ${condition} ? ${order}`;
    let last: number | undefined;
    try {
      for (const row of from.prepare<[number], Record<string, unknown>>(sql).iterate(bound)) {
        last = Number(row["the_number"]);
        put(row);
      }
      return { last, isWhole: true };
    } catch {
      return { last, isWhole: false };
    }
  };
  const isWhole = to.transaction(() => {
    const upwards = read(">", "order by rowid", Number.MIN_SAFE_INTEGER);
    if (upwards.isWhole) return true;
    const downwards = read("<", "order by rowid desc", Number.MAX_SAFE_INTEGER);
    const [first, end] = [upwards.last, downwards.last];
    if (first === undefined || end === undefined) return false;
    for (let row = first + 1; row < end; row++) read("=", "", row);
    return false;
  })();
  return { table, rowCount, isWhole };
}
