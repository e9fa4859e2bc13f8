import { existsSync, mkdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";

import { KINDS } from "../../shared/kinds/kinds.ts";
import { LedgerUnavailable, type Ledger } from "./ledger.ts";
import { migrate } from "./migrations.ts";
import type { LedgerTables } from "./schema.ts";
import { SqlLedger } from "./sqlLedger.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/**
 * Opens the ledger in a SQLite file, and creates the file if there is none. The file stays locked
 * while this process lives. Every commit is on the disk before it resolves.
 *
 * @throws LedgerUnavailable saying why, and what to do
 */
export async function openSqliteLedger(path: string, kinds = KINDS): Promise<Ledger> {
  let database: Database.Database | undefined;
  try {
    makeFolder(dirname(resolve(path)));
    database = new Database(path, { timeout: 0 });
    // This must precede the first access, so that the write-ahead log needs no shared memory and
    // no other process gets in.
    database.pragma("locking_mode = EXCLUSIVE");
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    const db = new Kysely<LedgerTables>({ dialect: new SqliteDialect({ database }) });
    await migrate(db, { bytes: "blob", counter: "integer" });
    return new SqlLedger({ db, kinds, size: () => sizeOf(path) });
  } catch (error) {
    database?.close();
    throw new LedgerUnavailable(`--ledger ${path}: ${problem(error)}`, { cause: error });
  }
}

/** Size in bytes of the file and its write-ahead log, which may be the larger of the two. */
async function sizeOf(path: string): Promise<number> {
  const { size } = await stat(path);
  const log = await stat(`${path}-wal`).catch(() => undefined);
  return size + (log?.size ?? 0);
}

/** Makes a folder and all above it; Node's recursive mkdir never returns in places like /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another command may have made it a moment ago.
    if (!existsSync(folder)) throw error;
  }
}

function problem(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  switch (code) {
    case "SQLITE_BUSY":
      return "another coordinator has it open; stop that one, or give another file";
    case "SQLITE_NOTADB":
    case "SQLITE_CORRUPT":
      return "it is not a ledger, or it is damaged; restore it from a copy, or give another file";
    case "SQLITE_FULL":
    case "ENOSPC":
      return "the disk is full; make room, or give a file on another disk";
    default:
      return `it cannot be opened (${reasonOf(error)}); check that its folder is writable`;
  }
}
