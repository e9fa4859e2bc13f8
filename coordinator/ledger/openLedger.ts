import { KINDS } from "../../shared/kinds/kinds.ts";
import { MEMORY } from "../../shared/wire/ledgerPlaces.ts";
import { LedgerUnavailable, type Ledger } from "./ledger.ts";
import { MemoryLedger } from "./memoryLedger.ts";

/** True if the place is a PostgreSQL database, which several coordinators may share. */
export function isPostgres(place: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(place);
}

/**
 * Opens the ledger of a single coordinator: a SQLite file, or `memory` for a ledger that ends with
 * its process. A database engine is loaded only where it is needed.
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
