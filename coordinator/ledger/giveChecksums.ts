import type { Kysely, Transaction } from "kysely";

import { checksumOf, REQUEST_COLUMNS, RUN_COLUMNS, SWEEP_COLUMNS } from "./checksums.ts";
import { LOWEST_POSITION, type LedgerTables } from "./schema.ts";

/** Rows read at a time. */
const ROWS_AT_ONCE = 500;

interface ChecksumOptions {
  /** The epoch of this coordinator. */
  readonly epoch: number;
  /** Whether no leader of an earlier version can have written since this epoch, if there was one. */
  readonly isKept: (checkedEpoch: number | null) => boolean;
  /** Runs first in the transaction; throws if this coordinator may not write any more. */
  readonly check?: (transaction: Transaction<LedgerTables>) => Promise<void>;
}

/**
 * Gives checksums to the runs, sweeps and requests of a ledger that an earlier version has written
 * to, as they are. Its partials and folds, which may be millions, stay without: their bytes have
 * checksums of their own.
 */
export async function giveChecksums(
  db: Kysely<LedgerTables>,
  { epoch, isKept, check }: ChecksumOptions,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await check?.(transaction);
    const leadership = await transaction
      .selectFrom("leadership")
      .select("checked_epoch")
      .executeTakeFirst();
    const checkedEpoch = leadership?.checked_epoch ?? null;
    if (!isKept(checkedEpoch)) {
      await giveToRuns(transaction);
      await giveToSweeps(transaction);
      await giveToRequests(transaction);
    }
    // This is written in any case, so that a ledger that can only be read is found out at once.
    await transaction.updateTable("leadership").set({ checked_epoch: epoch }).execute();
  });
}

async function giveToRuns(db: Transaction<LedgerTables>): Promise<void> {
  for (let after: number | undefined = LOWEST_POSITION; after !== undefined;) {
    const rows = await db
      .selectFrom("runs")
      .selectAll()
      .where("position", ">", after)
      .orderBy("position")
      .limit(ROWS_AT_ONCE)
      .execute();
    for (const row of rows) {
      const checksum = checksumOf(row, RUN_COLUMNS);
      await db.updateTable("runs").set({ checksum }).where("position", "=", row.position).execute();
    }
    after = rows.at(-1)?.position;
  }
}

async function giveToSweeps(db: Transaction<LedgerTables>): Promise<void> {
  for (let after: number | undefined = LOWEST_POSITION; after !== undefined;) {
    const rows = await db
      .selectFrom("sweeps")
      .selectAll()
      .where("position", ">", after)
      .orderBy("position")
      .limit(ROWS_AT_ONCE)
      .execute();
    for (const row of rows) {
      const checksum = checksumOf(row, SWEEP_COLUMNS);
      await db
        .updateTable("sweeps")
        .set({ checksum })
        .where("position", "=", row.position)
        .execute();
    }
    after = rows.at(-1)?.position;
  }
}

async function giveToRequests(db: Transaction<LedgerTables>): Promise<void> {
  for (let after: string | undefined = ""; after !== undefined;) {
    const rows = await db
      .selectFrom("requests")
      .selectAll()
      .where("request_id", ">", after)
      .orderBy("request_id")
      .limit(ROWS_AT_ONCE)
      .execute();
    for (const row of rows) {
      const checksum = checksumOf(row, REQUEST_COLUMNS);
      await db
        .updateTable("requests")
        .set({ checksum })
        .where("request_id", "=", row.request_id)
        .execute();
    }
    after = rows.at(-1)?.request_id;
  }
}
