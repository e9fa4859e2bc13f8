/** What a person can do about a SQLite file whose pages are damaged. */
export const SQLITE_REMEDY =
  "restore it from a copy, or save what is intact by 'lyapunov ledgers recover FILE NEW' and " +
  "go on with --ledger NEW";

/** PostgreSQL's codes for damaged tables and damaged indexes. */
const DATA_CORRUPTED = "XX001";
const INDEX_CORRUPTED = "XX002";
/** PostgreSQL says nothing but "internal error" of pages that its disk cannot read, and this. */
const BAD_PAGE = /invalid page in block|could not read block|missing chunk number/;

/**
 * Says in a sentence that the database of a ledger is damaged, and the remedy; undefined if that is
 * not what the error is about.
 */
export function ledgerDamage(error: unknown): string | undefined {
  const { code, message } = error as { readonly code?: unknown; readonly message?: string };
  if (typeof code !== "string") return undefined;
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB") {
    return `the ledger's file is damaged (${message}); ${SQLITE_REMEDY}`;
  }
  if (code === INDEX_CORRUPTED) {
    return `an index of the ledger's database is damaged (${message}); reindex the database`;
  }
  if (code === DATA_CORRUPTED || (code === "XX000" && BAD_PAGE.test(message ?? ""))) {
    return `the ledger's database is damaged (${message}); restore it from a copy`;
  }
  return undefined;
}
