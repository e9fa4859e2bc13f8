import { existsSync, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import Database from "better-sqlite3";
import { Kysely } from "kysely";

import { makeFolder } from "../../shared/files/makeFolder.ts";
import { KINDS } from "../../shared/kinds/kinds.ts";
import { audit } from "./audit.ts";
import { giveChecksums } from "./giveChecksums.ts";
import { LedgerUnavailable, type Ledger } from "./ledger.ts";
import { assertMigrated, migrate } from "./migrations.ts";
import { openingProblem } from "./openingProblem.ts";
import { assertIntactPages } from "./pageCheck.ts";
import type { LedgerTables } from "./schema.ts";
import { LedgerDialect } from "./sqliteDialect.ts";
import { SqlLedger } from "./sqlLedger.ts";
import { logDamage, type LogDamage } from "./writeAheadLog.ts";

/** Between two looks at a log that seems damaged: another process may be writing to it. */
const SECOND_LOOK_MILLISECONDS = 50;

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
    // This must precede opening, which would drop what comes after the damage.
    const torn = await assertIntactLog(path);
    database = new Database(path, { timeout: 0 });
    // This must precede the first access, so that the write-ahead log needs no shared memory and
    // no other process gets in.
    database.pragma("locking_mode = EXCLUSIVE");
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    assertIntactPages(database);
    const db = new Kysely<LedgerTables>({ dialect: new LedgerDialect({ database }) });
    await migrate(db, { bytes: "blob", counter: "integer" });
    await assertMigrated(db);
    await giveChecksums(db, { epoch: 0, isKept: (checkedEpoch) => checkedEpoch !== null });
    const findings = [...torn, ...(await audit(db, { kinds }))];
    return new SqlLedger({ db, kinds, findings, size: () => sizeOf(path) });
  } catch (error) {
    database?.close();
    if (error instanceof LedgerUnavailable) throw error;
    const { obstacle, message } = openingProblem(path, error);
    throw new LedgerUnavailable(`--ledger ${path}: ${message}`, { obstacle, cause: error });
  }
}

/**
 * Refuses a log in which commits are lost; returns what is to be said of one whose end is torn.
 *
 * @throws LedgerUnavailable
 */
async function assertIntactLog(path: string): Promise<readonly string[]> {
  const log = `${path}-wal`;
  const damage = await certainly(() => logDamage(bytesOf(log)));
  if (damage === undefined) return [];
  const { byte, isCertain } = damage;
  if (!isCertain) {
    return [
      `the end of the ledger's write-ahead log ${log} is torn or damaged (byte ${byte}): what was ` +
        "written last is missing, and is done again",
    ];
  }
  throw new LedgerUnavailable(
    `--ledger ${path}: its write-ahead log ${log} is damaged (byte ${byte}), and what was ` +
      `committed after that cannot be read; restore both files from a copy, or save what precedes ` +
      `the damage by 'lyapunov ledgers recover ${path} NEW' and go on with --ledger NEW`,
    { obstacle: "damaged" },
  );
}

/** The bytes of a file; none if there is no such file, as after an orderly end. */
function bytesOf(path: string): Buffer {
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
}

/** What a second look finds, too. */
async function certainly(look: () => LogDamage | undefined): Promise<LogDamage | undefined> {
  const first = look();
  if (first === undefined) return undefined;
  await delay(SECOND_LOOK_MILLISECONDS);
  const second = look();
  return second?.byte === first.byte ? second : undefined;
}

/** Size in bytes of the file and its write-ahead log, which may be the larger of the two. */
async function sizeOf(path: string): Promise<number> {
  const { size } = await stat(path);
  const log = await stat(`${path}-wal`).catch(() => undefined);
  return size + (log?.size ?? 0);
}
