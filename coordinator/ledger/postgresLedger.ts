import { randomUUID } from "node:crypto";

import { Kysely, PostgresDialect, sql } from "kysely";
import { Pool, types, type PoolConfig } from "pg";

import { MAXIMUM_SECRET_BYTES, readRegularFile } from "../../shared/files/readFile.ts";
import { KINDS, type Kinds } from "../../shared/kinds/kinds.ts";
import { Leadership, type LeadershipOptions } from "./leadership.ts";
import { LeadershipLost, LedgerUnavailable, type Ledger } from "./ledger.ts";
import { migrate } from "./migrations.ts";
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
    const leadership = await Leadership.win(config, options);
    return new SqlLedger({
      db,
      kinds: options.kinds ?? KINDS,
      check: async (transaction) => {
        const { epoch } = await transaction
          .selectFrom("leadership")
          .select("epoch")
          .forShare()
          .executeTakeFirstOrThrow();
        if (epoch !== leadership.epoch) throw new LeadershipLost(leadership.epoch, epoch);
      },
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
      throw new LedgerUnavailable(`${place} ${(error as Error).message}`, { cause: error });
    });
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
      return message;
  }
}

/** The address without its password. */
function redacted(url: string): string {
  return url.replace(/(\/\/[^:/@]*):[^@]*@/, "$1:…@");
}
