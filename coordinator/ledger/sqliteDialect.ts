import { SqliteAdapter, SqliteDialect } from "kysely";

/**
 * SQLite as Kysely sees it, but that all migrations are one transaction: a coordinator that is
 * killed among them leaves a ledger that the next one can open.
 */
export class LedgerDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

/** SQLite can create and change tables in a transaction; Kysely's own adapter does not use that. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
