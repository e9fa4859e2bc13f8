import type { Database } from "better-sqlite3";

/** Largest file in bytes that is read as a whole when it is opened; it takes about a second. */
const WHOLE_FILE_BYTES = 2 ** 29;
/** Tables that are small in every ledger, and without which no run can go on. */
const SMALL_TABLES = ["runs", "sweeps", "requests", "folds", "kysely_migration", "leadership"];

/**
 * Checks that the pages of a SQLite file fit together: damaged ones could hide rows from whoever
 * reads them. The partials of a large file are left to those who read them.
 *
 * @throws Error with the code SQLITE_CORRUPT
 */
export function assertIntactPages(database: Database): void {
  const pages = Number(database.pragma("page_count", { simple: true }));
  const pageSize = Number(database.pragma("page_size", { simple: true }));
  if (pages * pageSize <= WHOLE_FILE_BYTES) assertIntact(database, "integrity_check(1)");
  else {
    for (const table of SMALL_TABLES) assertIntact(database, `integrity_check('${table}')`);
  }
}

function assertIntact(database: Database, check: string): void {
  const answer = String(database.pragma(check, { simple: true }));
  if (answer === "ok") return;
  // A heading comes before the first problem.
  const problem = answer.split("\n").at(-1);
  throw Object.assign(new Error(problem), { code: "SQLITE_CORRUPT" });
}
