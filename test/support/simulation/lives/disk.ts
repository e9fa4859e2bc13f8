import Database from "better-sqlite3";
import {
  Kysely,
  SqliteDialect,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  type SqliteDatabase,
} from "kysely";

import type { Ledger } from "../../../../coordinator/ledger/ledger.ts";
import { migrate } from "../../../../coordinator/ledger/migrations.ts";
import type { LedgerTables } from "../../../../coordinator/ledger/schema.ts";
import { SqlLedger } from "../../../../coordinator/ledger/sqlLedger.ts";
import type { DurableRecord } from "./durableRecord.ts";
import type { Life } from "./life.ts";
import { Tables } from "./tables.ts";
import { KINDS } from "../../../../shared/kinds/kinds.ts";

/** A migrated ledger as SQLite would write it to a file; made once, because it takes its time. */
const NEW_LEDGER = await newLedger();

async function newLedger(): Promise<Buffer> {
  const database = new Database(":memory:");
  const db = new Kysely<LedgerTables>({ dialect: new SqliteDialect({ database }) });
  await migrate(db, { bytes: "blob", counter: "integer" });
  return database.serialize();
}

/** The error of a database that cannot do what it should. */
export class DiskFailure extends Error {
  override readonly name = "DiskFailure";
}

/** A real SQLite database that outlives coordinators; each statement is a step of a life. */
export class Disk {
  readonly tables: Tables;
  readonly #database = new Database(NEW_LEDGER);
  readonly #statements = new Map<string, Database.Statement>();
  readonly #record: DurableRecord;

  /** @param record is told of every commit. */
  constructor(record: DurableRecord) {
    this.tables = new Tables(this.#database);
    this.#record = record;
  }

  /** Opens the real ledger on the disk, for as long as the life lasts. */
  open(life: Life): Ledger {
    const database = { prepare: (sql: string) => this.#prepare(sql), close: () => undefined };
    const dialect = new MortalDialect(database, life, {
      recover: () => {
        this.recover();
      },
      deleting: (parameters) => {
        this.#record.deleted(parameters);
      },
      undone: () => {
        this.#record.undone();
      },
      committed: () => {
        this.#record.committed(this.tables);
      },
    });
    return new SqlLedger({ db: new Kysely<LedgerTables>({ dialect }), kinds: KINDS });
  }

  /** Undoes the open transaction, as SQLite does when it opens a file after a kill. */
  recover(): void {
    if (this.#database.inTransaction) this.#database.exec("rollback");
    this.#record.undone();
  }

  /** Prepares a statement once: preparing takes longer than executing. */
  #prepare(sql: string): Database.Statement {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** What a connection tells the disk, besides the statements. */
interface DiskEvents {
  /** Undoes the open transaction. */
  recover(): void;
  deleting(parameters: readonly unknown[]): void;
  undone(): void;
  committed(): void;
}

/** Kysely's own dialect, on a connection that lasts as long as the coordinator. */
class MortalDialect extends SqliteDialect {
  readonly #life: Life;
  readonly #disk: DiskEvents;

  constructor(database: SqliteDatabase, life: Life, disk: DiskEvents) {
    super({ database });
    this.#life = life;
    this.#disk = disk;
  }

  override createDriver(): Driver {
    const driver = super.createDriver();
    const acquire = driver.acquireConnection.bind(driver);
    driver.acquireConnection = async () => this.#mortal(await acquire());
    return driver;
  }

  #mortal(connection: DatabaseConnection): DatabaseConnection {
    const life = this.#life;
    return {
      executeQuery: async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => {
        const label = labelOf(query);
        const result = await life.does(label, () => this.#execute<Row>(connection, query));
        return label === "commit" ? life.does("hear of the commit", async () => result) : result;
      },
      streamQuery: async function* <Row>(query: CompiledQuery, chunkSize: number) {
        yield* await life.does(labelOf(query), async () =>
          connection.streamQuery<Row>(query, chunkSize),
        );
      },
    };
  }

  #execute<Row>(connection: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<Row>> {
    const [label, disk] = [labelOf(query), this.#disk];
    const failure = this.#life.failure(label);
    if (failure === "undone") disk.recover();
    if (failure === "undone" || failure === "refused") throw new DiskFailure(label);
    if (label === `delete from "partials"`) disk.deleting(query.parameters);
    // SQLite has executed it when this returns.
    const result = connection.executeQuery<Row>(query);
    if (label === "commit") disk.committed();
    if (label === "rollback") disk.undone();
    if (failure === "unheard") throw new DiskFailure(label);
    return result;
  }
}

/** Names what a statement does to which table, as in `insert into "runs"`. */
function labelOf({ sql }: CompiledQuery): string {
  return /^.*? "\w+"/.exec(sql)?.[0] ?? sql;
}
