import { crc32 } from "node:zlib";

import type { RequestsTable, RunsTable, SweepsTable } from "./schema.ts";

/**
 * The columns of each table that a row's checksum covers, in the order in which it does. The
 * position is left out, since the database gives it out.
 */
export const RUN_COLUMNS = [
  "name",
  "state",
  "ended",
  "revision",
  "error",
  "client",
  "sweep",
  "create_time",
  "end_time",
  "kind",
  "specification",
  "outcome_shard_count",
  "outcome_disagreement_count",
  "outcome_sums",
  "outcome_computations",
] as const satisfies readonly (keyof RunsTable)[];
export const SWEEP_COLUMNS = [
  "name",
  "display_name",
  "create_time",
  "runs",
] as const satisfies readonly (keyof SweepsTable)[];
export const REQUEST_COLUMNS = [
  "request_id",
  "fingerprint",
  "resource",
] as const satisfies readonly (keyof RequestsTable)[];
/** Without the bytes of the partial, which have a checksum of their own. */
export const PARTIAL_COLUMNS = ["run", "shard_index", "digest", "partial_checksum"] as const;
export const FOLD_COLUMNS = ["run", "shard_count", "sums", "computations"] as const;

/** Columns that came after the checksums: an empty cell there leaves a row's checksum as it was. */
const LATER_COLUMNS: ReadonlySet<string> = new Set(["outcome_computations", "computations"]);

/** A row of a table, by its columns. */
export type Row<Column extends string> = Readonly<Record<Column, unknown>>;

/**
 * The CRC-32 of a row's cells, as zlib computes it. A cell counts with its type and its length, so
 * that none can pass for another, or for two.
 */
export function checksumOf<Column extends string>(
  row: Row<Column>,
  columns: readonly Column[],
): number {
  return columns.reduce((sum, column) => {
    const cell = row[column];
    if (cell === null && LATER_COLUMNS.has(column)) return sum;
    if (Buffer.isBuffer(cell)) return crc32(cell, crc32(`${cell.length} bytes:`, sum));
    return crc32(`${JSON.stringify(cell) ?? "nothing"};`, sum);
  }, 0);
}

/** The row with the checksum of what is in it. */
export function sealed<Column extends string, Given extends Row<Column>>(
  row: Given,
  columns: readonly Column[],
): Given & { readonly checksum: number } {
  return { ...row, checksum: checksumOf(row, columns) };
}

/** Whether the row is as it was sealed. */
export function isSealed<Column extends string>(
  row: Row<Column> & { readonly checksum: number | null },
  columns: readonly Column[],
): boolean {
  return row.checksum === checksumOf(row, columns);
}

/** The text in a cell that may be damaged: SQLite keeps values of any type in any column. */
export function textIn(cell: unknown): string {
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}
