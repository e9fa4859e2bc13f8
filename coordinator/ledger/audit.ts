import type { Kysely, Selectable, Transaction } from "kysely";

import type { Kinds } from "../../shared/kinds/kinds.ts";
import { hasEnded, type RunState } from "../../shared/wire/runStates.ts";
import { isSealed, REQUEST_COLUMNS, RUN_COLUMNS, textIn } from "./checksums.ts";
import { DamagedRecord } from "./ledger.ts";
import { runFromRow, sweepFromRow, sweepToRow } from "./records.ts";
import { LOWEST_POSITION, type LedgerTables, type RunsTable } from "./schema.ts";
import { readSweep } from "./sweepRows.ts";

/** Rows read at a time. */
const ROWS_AT_ONCE = 500;

interface AuditOptions {
  readonly kinds: Kinds;
  /** Runs first in the transaction; throws if this coordinator may not write any more. */
  readonly check?: (transaction: Transaction<LedgerTables>) => Promise<void>;
}

/**
 * Reads all runs and sweeps of a ledger that is being opened. A run whose record is damaged has
 * failed from now on, so that nobody waits for it; a sweep's record is made anew. The request for
 * what is damaged or gone is forgotten, so that it can be sent again. Partials, which may be
 * millions, are looked at when they are needed.
 *
 * @returns what was damaged, a sentence each
 */
export async function audit(
  db: Kysely<LedgerTables>,
  { kinds, check }: AuditOptions,
): Promise<string[]> {
  const findings: string[] = [];
  const repairs: ((transaction: Transaction<LedgerTables>) => Promise<void>)[] = [];
  for await (const { row, damage } of damagedRuns(db, kinds)) {
    findings.push(damage.message);
    repairs.push(async (transaction) => {
      // The checksum stays wrong: nobody shall ever take the record for one that is right.
      await transaction
        .updateTable("runs")
        .set({ state: "FAILED" satisfies RunState, ended: 1, error: damage.message })
        .where("position", "=", row.position)
        .execute();
      // Whoever sends the request again shall get a run, and not this failure for ever.
      await transaction
        .deleteFrom("requests")
        .where("resource", "in", [textIn(row.name), textIn(row.sweep)])
        .execute();
    });
  }
  for (const request of await orphans(db)) {
    findings.push(
      `${request.resource} is not in the ledger any more, though a request created it; submit it again`,
    );
    repairs.push(async (transaction) => {
      await transaction
        .deleteFrom("requests")
        .where("request_id", "=", request.request_id)
        .execute();
    });
  }
  for (const row of await db.selectFrom("sweeps").selectAll().orderBy("position").execute()) {
    if (sweepFromRow(row) !== undefined) continue;
    findings.push(
      `${row.name} is damaged in the ledger (its checksum is wrong); ` +
        "its record is made anew of the runs that name it",
    );
    const sweep = await readSweep(db, row);
    repairs.push(async (transaction) => {
      await transaction
        .updateTable("sweeps")
        .set(sweepToRow(sweep))
        .where("position", "=", row.position)
        .execute();
    });
  }
  if (repairs.length === 0) return findings;
  await db.transaction().execute(async (transaction) => {
    await check?.(transaction);
    for (const repair of repairs) await repair(transaction);
  });
  return findings;
}

async function* damagedRuns(db: Kysely<LedgerTables>, kinds: Kinds) {
  for (let after: number | undefined = LOWEST_POSITION; after !== undefined;) {
    const rows: Selectable<RunsTable>[] = await db
      .selectFrom("runs")
      .selectAll()
      .where("position", ">", after)
      .orderBy("position")
      .limit(ROWS_AT_ONCE)
      .execute();
    for (const row of rows) {
      const damage = damageOf(row, kinds);
      if (damage !== undefined) yield { row, damage };
    }
    after = rows.at(-1)?.position;
  }
}

/** Intact requests for runs and sweeps that are gone, as they may be from a ledger that was saved. */
async function orphans(db: Kysely<LedgerTables>) {
  const rows = await db
    .selectFrom("requests")
    .selectAll()
    .where("resource", "not in", db.selectFrom("runs").select("name"))
    .where("resource", "not in", db.selectFrom("sweeps").select("name"))
    .execute();
  return rows.filter((row) => isSealed(row, REQUEST_COLUMNS));
}

function damageOf(row: Selectable<RunsTable>, kinds: Kinds): DamagedRecord | undefined {
  // Reading a specification takes much longer; that of an ended run is read when it is shown.
  if (isSealed(row, RUN_COLUMNS) && hasEnded(row.state as RunState)) return undefined;
  try {
    runFromRow(row, kinds);
    return undefined;
  } catch (error) {
    // A run of an unknown kind is refused where runs are taken up.
    return error instanceof DamagedRecord ? error : undefined;
  }
}
