import { KINDS } from "../../shared/kinds/kinds.ts";
import { MEMORY } from "../../shared/wire/ledgerPlaces.ts";
import { LedgerUnavailable, type Ledger } from "./ledger.ts";
import { MemoryLedger } from "./memoryLedger.ts";

/** Whether the place is a database of PostgreSQL, which several coordinators may share. */
export function isPostgres(place: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(place);
}

/**
 * Opens the ledger of one coordinator: a file of SQLite, or `memory` for one that ends with its
 * process. Engines are loaded where they are wanted.
 *
 * @throws LedgerUnavailable saying why, and what to do
 */
export async function openLedger(place: string, kinds = KINDS): Promise<Ledger> {
  if (place === MEMORY) return new MemoryLedger();
  if (isPostgres(place) || place === "") {
    throw new LedgerUnavailable(`--ledger: '${place}' is not a file; give a path, or ${MEMORY}`);
  }
  const { openSqliteLedger } = await import("./sqliteLedger.ts");
  return openSqliteLedger(place, kinds);
}
