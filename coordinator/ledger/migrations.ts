import { sql, type Kysely } from "kysely";
import { Migrator, type Migration } from "kysely/migration";

import {
  FOLD_COLUMNS,
  PARTIAL_COLUMNS,
  REQUEST_COLUMNS,
  RUN_COLUMNS,
  SWEEP_COLUMNS,
} from "./checksums.ts";
import type { LedgerTables } from "./schema.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/** Column types whose names differ between the database engines. */
export interface EngineTypes {
  readonly bytes: "blob" | "bytea";
  /** A primary key that the database counts up. */
  readonly counter: "integer" | "bigserial";
}

/** The steps from each version of the schema to the next, by name; none is ever edited. */
function migrations({ bytes, counter }: EngineTypes): Record<string, Migration> {
  return {
    "0001_runs_sweeps_partials_requests": {
      up: async (db: Kysely<LedgerTables>) => {
        await db.schema
          .createTable("runs")
          .addColumn("position", counter, (column) => column.primaryKey())
          .addColumn("name", "text", (column) => column.notNull().unique())
          .addColumn("state", "text", (column) => column.notNull())
          .addColumn("ended", "integer", (column) => column.notNull())
          .addColumn("revision", "integer", (column) => column.notNull())
          .addColumn("error", "text", (column) => column.notNull())
          .addColumn("sweep", "text")
          .addColumn("create_time", "bigint", (column) => column.notNull())
          .addColumn("end_time", "bigint")
          .addColumn("specification", "text", (column) => column.notNull())
          .addColumn("outcome_shard_count", "bigint")
          .addColumn("outcome_disagreement_count", "bigint")
          .addColumn("outcome_sums", bytes)
          .execute();
        await db.schema
          .createIndex("runs_by_ended")
          .on("runs")
          .columns(["ended", "position"])
          .execute();
        await db.schema
          .createTable("sweeps")
          .addColumn("position", counter, (column) => column.primaryKey())
          .addColumn("name", "text", (column) => column.notNull().unique())
          .addColumn("display_name", "text", (column) => column.notNull())
          .addColumn("create_time", "bigint", (column) => column.notNull())
          .addColumn("runs", "text", (column) => column.notNull())
          .execute();
        await db.schema
          .createTable("partials")
          .addColumn("run", "text", (column) => column.notNull())
          .addColumn("shard_index", "bigint", (column) => column.notNull())
          .addColumn("digest", "text", (column) => column.notNull())
          .addColumn("partial", bytes, (column) => column.notNull())
          .addPrimaryKeyConstraint("partials_primary_key", ["run", "shard_index"])
          .execute();
        await db.schema
          .createTable("requests")
          .addColumn("request_id", "text", (column) => column.primaryKey())
          .addColumn("fingerprint", "text", (column) => column.notNull())
          .addColumn("resource", "text", (column) => column.notNull())
          .execute();
        await db.schema
          .createTable("leadership")
          .addColumn("id", "integer", (column) => column.primaryKey())
          .addColumn("epoch", "bigint", (column) => column.notNull())
          .addColumn("holder", "text", (column) => column.notNull())
          .execute();
        await db.schema
          .createTable("heartbeat")
          .addColumn("id", "integer", (column) => column.primaryKey())
          .addColumn("time", "bigint", (column) => column.notNull())
          .execute();
        await db.insertInto("leadership").values({ id: 1, epoch: 0, holder: "" }).execute();
        await db.insertInto("heartbeat").values({ id: 1, time: 0 }).execute();
      },
    },
    "0002_folds": {
      up: async (db: Kysely<LedgerTables>) => {
        await db.schema
          .createTable("folds")
          .addColumn("run", "text", (column) => column.notNull())
          .addColumn("shard_count", "bigint", (column) => column.notNull())
          .addColumn("sums", bytes, (column) => column.notNull())
          .addPrimaryKeyConstraint("folds_primary_key", ["run", "shard_count"])
          .execute();
      },
    },
    "0003_clients": {
      up: async (db: Kysely<LedgerTables>) => {
        await db.schema
          .alterTable("runs")
          .addColumn("client", "text", (column) => column.notNull().defaultTo(""))
          .execute();
      },
    },
    "0004_kinds": {
      up: async (db: Kysely<LedgerTables>) => {
        await db.schema
          .alterTable("runs")
          .addColumn("kind", "text", (column) => column.notNull().defaultTo("propagation"))
          .execute();
      },
    },
    "0005_runs_by_sweep": {
      up: async (db: Kysely<LedgerTables>) => {
        await db.schema
          .createIndex("runs_by_sweep")
          .on("runs")
          .columns(["sweep", "state"])
          .execute();
      },
    },
    // Rows that are there already get their checksums in giveChecksums.ts.
    "0006_checksums": {
      up: async (db: Kysely<LedgerTables>) => {
        for (const table of ["runs", "sweeps", "requests", "partials", "folds"] as const) {
          await db.schema.alterTable(table).addColumn("checksum", "bigint").execute();
        }
        await db.schema.alterTable("partials").addColumn("partial_checksum", "bigint").execute();
        await db.schema.alterTable("leadership").addColumn("checked_epoch", "bigint").execute();
      },
    },
    "0007_computations": {
      up: async (db: Kysely<LedgerTables>) => {
        await db.schema.alterTable("folds").addColumn("computations", "text").execute();
        await db.schema.alterTable("runs").addColumn("outcome_computations", "text").execute();
      },
    },
  };
}

/**
 * Brings a ledger's schema up to this version.
 *
 * @throws SchemaMismatch if a later version has written to the ledger, or its schema is damaged
 */
export async function migrate(db: Kysely<LedgerTables>, types: EngineTypes): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations(types) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failure = error instanceof Error ? error : new Error("it cannot be brought up to date");
  const { code } = failure as { readonly code?: unknown };
  // The database has failed, and says why.
  if (typeof code === "string" && code !== "SQLITE_ERROR") throw failure;
  const [, unknown = ""] = UNKNOWN_MIGRATION.exec(failure.message) ?? [];
  const own = Object.keys(migrations(types));
  const isLater = own.every((name) => unknown > name);
  throw new SchemaMismatch(failure.message, { isLater, cause: error });
}

/** What the migrator says of a migration that this version does not have. */
const UNKNOWN_MIGRATION = /previously executed migration (\d{4}_\w+) is missing/;

/** The tables of a ledger are not those of this version. */
export class SchemaMismatch extends Error {
  override readonly name = "SchemaMismatch";
  /** True if a later version has written the ledger; false if its tables are damaged. */
  readonly isLater: boolean;

  constructor(message: string, { isLater, cause }: { isLater: boolean; cause: unknown }) {
    super(message, { cause });
    this.isLater = isLater;
  }
}

/** The columns of every table, as they are after the last migration. */
const COLUMNS = {
  runs: [...RUN_COLUMNS, "position", "checksum"],
  sweeps: [...SWEEP_COLUMNS, "position", "checksum"],
  requests: [...REQUEST_COLUMNS, "checksum"],
  partials: [...PARTIAL_COLUMNS, "partial", "checksum"],
  folds: [...FOLD_COLUMNS, "checksum"],
  leadership: ["id", "epoch", "holder", "checked_epoch"],
  heartbeat: ["id", "time"],
} as const satisfies { [Table in keyof LedgerTables]: readonly (keyof LedgerTables[Table])[] };

/**
 * Checks that a ledger has the tables that its list of migrations promises.
 *
 * @throws SchemaMismatch
 */
export async function assertMigrated(db: Kysely<LedgerTables>): Promise<void> {
  for (const [table, columns] of Object.entries(COLUMNS)) {
    const cells = sql.join(columns.map((column) => sql.ref(column)));
    try {
      await sql`select ${cells} from ${sql.table(table)} limit 0`.execute(db);
    } catch (error) {
      throw new SchemaMismatch(reasonOf(error), { isLater: false, cause: error });
    }
  }
}
