import type { Kysely, Selectable } from "kysely";

import { textIn } from "./checksums.ts";
import type { SweepRecord } from "./ledger.ts";
import { sweepFromRow } from "./records.ts";
import type { LedgerTables, SweepsTable } from "./schema.ts";

/**
 * Reads a sweep. If its row is damaged, the runs that name the sweep tell what it consists of; what
 * is left of its display name and its time is for people only, and is taken as it is.
 */
export async function readSweep(
  db: Kysely<LedgerTables>,
  row: Selectable<SweepsTable>,
): Promise<SweepRecord> {
  return sweepFromRow(row) ?? rebuiltSweep(db, row);
}

async function rebuiltSweep(
  db: Kysely<LedgerTables>,
  row: Selectable<SweepsTable>,
): Promise<SweepRecord> {
  const runs = await db
    .selectFrom("runs")
    .select(["name", "create_time"])
    .where("sweep", "=", row.name)
    .orderBy("position")
    .execute();
  const { create_time: time } = row;
  return {
    name: textIn(row.name),
    displayName: textIn(row.display_name),
    createTime: Number.isSafeInteger(time) && time > 0 ? time : (runs[0]?.create_time ?? 0),
    runs: runs.map(({ name }) => name),
  };
}
