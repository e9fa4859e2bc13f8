import { statSync } from "node:fs";

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
  const problem = fileProblem(place);
  if (problem !== undefined) throw new LedgerUnavailable(`--ledger: '${place}' ${problem}`);
  const { openSqliteLedger } = await import("./sqliteLedger.ts");
  return openSqliteLedger(place, kinds);
}

/** Why a ledger cannot be kept at a path: SQLite says of a pipe or a device only "disk I/O error". */
function fileProblem(path: string): string | undefined {
  let stats;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
  } catch {
    // Nobody may look there; whoever opens it hears why.
  }
  if (stats === undefined || stats.isFile()) return undefined;
  const what = stats.isDirectory() ? "folder" : stats.isFIFO() ? "pipe" : "device";
  return `is a ${what}; give the path of a file, or ${MEMORY}`;
}
