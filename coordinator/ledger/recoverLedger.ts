import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";

import Database from "better-sqlite3";
import { Kysely } from "kysely";

import { migrate } from "./migrations.ts";
import type { LedgerTables } from "./schema.ts";
import { LedgerDialect } from "./sqliteDialect.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

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
  const [copy, made] = [join(folder, "damaged"), join(folder, "recovered")];
  try {
    writeFileSync(copy, withHeader(readFileSync(damaged)));
    if (existsSync(`${damaged}-wal`)) copyFileSync(`${damaged}-wal`, `${copy}-wal`);
    const tables = await copyTables(copy, made);
    if (tables.every(({ rowCount, isWhole }) => rowCount === 0 && !isWhole)) {
      throw new Error(`nothing can be read from ${damaged}; restore it from a copy`);
    }
    copyFileSync(made, target);
    return tables;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The file with what must be in its header. */
function withHeader(file: Buffer): Buffer {
  for (const [offset, bytes] of HEADER) bytes.copy(file, offset);
  return file;
}

async function copyTables(damaged: string, made: string): Promise<RecoveredTable[]> {
  const to = new Database(made);
  const from = new Database(damaged);
  try {
    const db = new Kysely<LedgerTables>({ dialect: new LedgerDialect({ database: to }) });
    await migrate(db, { bytes: "blob", counter: "integer" });
    const epoch = checkedEpoch(from);
    to.prepare("update leadership set checked_epoch = ?").run(epoch);
    return TABLES.map((table) => copyTable(from, to, table));
  } finally {
    from.close();
    to.close();
  }
}

/** Null if the ledger is an earlier version's, whose rows have no checksums yet. */
function checkedEpoch(from: Database.Database): number | null {
  try {
    from.prepare("select checksum from runs limit 0");
    return 0;
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
