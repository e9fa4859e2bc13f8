import { randomUUID } from "node:crypto";

import { Kysely, PostgresDialect, sql, type Transaction } from "kysely";
import { Pool, types, type PoolConfig } from "pg";

import { MAXIMUM_SECRET_BYTES, readRegularFile } from "../../shared/files/readFile.ts";
import { KINDS, type Kinds } from "../../shared/kinds/kinds.ts";
import { audit } from "./audit.ts";
import { giveChecksums } from "./giveChecksums.ts";
import { Leadership, type LeadershipOptions } from "./leadership.ts";
import { LeadershipLost, LedgerUnavailable, type Ledger } from "./ledger.ts";
import { ledgerDamage } from "./ledgerDamage.ts";
import { assertMigrated, migrate, SchemaMismatch } from "./migrations.ts";
import type { LedgerTables } from "./schema.ts";
import { SqlLedger } from "./sqlLedger.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

const INT8 = 20;
const CONNECTIONS = 4;

export interface PostgresLedgerOptions extends LeadershipOptions {
  readonly url: string;
  /** The kinds of run that the ledger may hold; default: this version's kinds. */
  readonly kinds?: Kinds;
}

/**
 * Opens the ledger in a PostgreSQL database and waits until this coordinator leads. The leader
 * holds an advisory lock. Every transaction checks the epoch, so that an earlier leader that was
 * frozen can write nothing when it wakes up.
 *
 * @throws LedgerUnavailable saying why, and what to do
 */
export async function openPostgresLedger(options: PostgresLedgerOptions): Promise<Ledger> {
  await checkFiles(options.url);
  const config = connection(options.url);
  const pool = new Pool(config);
  // An idle connection broke; the leadership's connection breaks too, and reports it.
  pool.on("error", () => undefined);
  const db = new Kysely<LedgerTables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await refuseUnsafe(db);
    await migrate(db, { bytes: "bytea", counter: "bigserial" });
    await assertMigrated(db);
    const leadership = await Leadership.win(config, options);
    const check = async (transaction: Transaction<LedgerTables>) => {
      const { epoch } = await transaction
        .selectFrom("leadership")
        .select("epoch")
        .forShare()
        .executeTakeFirstOrThrow();
      if (epoch !== leadership.epoch) throw new LeadershipLost(leadership.epoch, epoch);
    };
    const { kinds = KINDS } = options;
    const findings = await openRecords(db, leadership, { kinds, check });
    return new SqlLedger({
      db,
      kinds,
      findings,
      check,
      size: () => databaseSize(db),
      close: () => leadership.resign(),
    });
  } catch (error) {
    await db.destroy();
    throw options.signal.aborted
      ? error
      : new LedgerUnavailable(`--ledger ${redacted(options.url)}: ${problem(error)}`, {
          cause: error,
        });
  }
}

/**
 * Checks the files that an address names, which the driver reads whole and while all else waits.
 *
 * @throws LedgerUnavailable
 */
async function checkFiles(url: string): Promise<void> {
  for (const name of ["sslcert", "sslkey", "sslrootcert"]) {
    const path = URL.parse(url)?.searchParams.get(name);
    if (!path) continue;
    await readRegularFile(path, MAXIMUM_SECRET_BYTES).catch((error: unknown) => {
      const place = `--ledger ${redacted(url)}: its ${name}, '${path}',`;
      throw new LedgerUnavailable(`${place} ${reasonOf(error)}`, { cause: error });
    });
  }
}

type RecordOptions = Parameters<typeof audit>[1];

/** Brings the records up to this version and checks them; the lead is resigned if that fails. */
async function openRecords(
  db: Kysely<LedgerTables>,
  leadership: Leadership,
  options: RecordOptions,
): Promise<readonly string[]> {
  const { epoch } = leadership;
  try {
    await giveChecksums(db, {
      epoch,
      // A coordinator of an earlier version may have stood by, and led in between.
      isKept: (checkedEpoch) => checkedEpoch === epoch - 1,
      ...(options.check !== undefined && { check: options.check }),
    });
    return await audit(db, options);
  } catch (error) {
    await leadership.resign();
    throw error;
  }
}

function connection(url: string): PoolConfig {
  return {
    connectionString: url,
    // Identifies this coordinator's connections.
    application_name: `lyapunov-cluster ${randomUUID()}`,
    max: CONNECTIONS,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    // Acknowledged means durable, whatever the database's default is.
    options: "-c synchronous_commit=on",
    types: {
      getTypeParser: (oid: number, format?: "text" | "binary") =>
        // In pg's own types, a parser returns `any`.
        oid === INT8
          ? Number
          : (types.getTypeParser(oid, format ?? "text") as (text: string) => unknown),
    },
  };
}

async function refuseUnsafe(db: Kysely<LedgerTables>): Promise<void> {
  const { rows } = await sql<{ fsync: string }>`show fsync`.execute(db);
  if (rows[0]?.fsync === "off") {
    throw new Error(
      "the database runs with fsync off, so a power cut could lose what it has committed; turn it on",
    );
  }
}

async function databaseSize(db: Kysely<LedgerTables>): Promise<number> {
  const { rows } = await sql<{
    bytes: number;
  }>`select pg_database_size(current_database()) as bytes`.execute(db);
  return rows[0]?.bytes ?? 0;
}

function problem(error: unknown): string {
  const { code } = error as { code?: unknown };
  const message = reasonOf(error);
  switch (code) {
    case "ECONNREFUSED":
    case "ENOTFOUND":
    case "ETIMEDOUT":
      return `the database cannot be reached (${message}); is it running, and is the address right?`;
    case "28P01":
    case "28000":
      return `the database refuses the user (${message}); check the name and the password`;
    case "3D000":
      return `${message}; create it first`;
    default:
      if (error instanceof SchemaMismatch) {
        return error.isLater
          ? `a later version has written it (${message}); start that version, or give another database`
          : `its tables are damaged (${message}); restore it from a copy`;
      }
      return ledgerDamage(error) ?? message;
  }
}

/** The address without its password. */
function redacted(url: string): string {
  return url.replace(/(\/\/[^:/@]*):[^@]*@/, "$1:…@");
}
