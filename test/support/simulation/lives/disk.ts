import Database from "better-sqlite3";
import {
  DeleteQueryNode,
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

/** A migrated ledger as SQLite would write it to a file: made once, for it takes its time. */
const NEW_LEDGER = await newLedger();

async function newLedger(): Promise<Buffer> {
  const database = new Database(":memory:");
  const db = new Kysely<LedgerTables>({ dialect: new SqliteDialect({ database }) });
  await migrate(db, { bytes: "blob", counter: "integer" });
  return database.serialize();
}

/** What outlives a coordinator: a real SQLite database, whose every statement is a step of a life. */
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

  /** The real ledger on it, for as long as the life lasts. */
  open(life: Life): Ledger {
    const database = { prepare: (sql: string) => this.#prepare(sql), close: () => undefined };
    const dialect = new MortalDialect(database, life, {
      deleting: (parameters) => {
        this.#record.deleted(parameters);
      },
      committed: () => {
        this.#record.committed(this.tables);
      },
    });
    return new SqlLedger({ db: new Kysely<LedgerTables>({ dialect }) });
  }

  /** As SQLite finds its file after a kill: without the transaction that was open. */
  recover(): void {
    if (this.#database.inTransaction) this.#database.exec("rollback");
  }

  /** To prepare a statement takes longer than to execute it. */
  #prepare(sql: string): Database.Statement {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** Hears of what is executed. */
interface Listener {
  deleting(parameters: readonly unknown[]): void;
  committed(): void;
}

/** Kysely's own dialect, on a connection that lasts as long as the coordinator. */
class MortalDialect extends SqliteDialect {
  readonly #life: Life;
  readonly #listener: Listener;

  constructor(database: SqliteDatabase, life: Life, listener: Listener) {
    super({ database });
    this.#life = life;
    this.#listener = listener;
  }

  override createDriver(): Driver {
    const driver = super.createDriver();
    const acquire = driver.acquireConnection.bind(driver);
    driver.acquireConnection = async () => this.#mortal(await acquire());
    return driver;
  }

  #mortal(connection: DatabaseConnection): DatabaseConnection {
    const [life, listener] = [this.#life, this.#listener];
    return {
      executeQuery: async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => {
        await life.waitsFor(labelOf(query));
        if (DeleteQueryNode.is(query.query)) listener.deleting(query.parameters);
        const result = await connection.executeQuery<Row>(query);
        if (query.sql === "commit") {
          listener.committed();
          await life.waitsFor("hear of the commit");
        }
        return result;
      },
      streamQuery: async function* <Row>(query: CompiledQuery, chunkSize: number) {
        await life.waitsFor(labelOf(query));
        yield* connection.streamQuery<Row>(query, chunkSize);
      },
    };
  }
}

/** What it does to which table, as in `insert into "runs"`. */
function labelOf({ sql }: CompiledQuery): string {
  return /^.*? "\w+"/.exec(sql)?.[0] ?? sql;
}
