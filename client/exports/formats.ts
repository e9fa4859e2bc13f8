import { stringify } from "csv-stringify/sync";
import { parquetWriteBuffer, schemaFromColumnData } from "hyparquet-writer";

import { COLUMNS, type Cell, type ColumnType, type ExportRow } from "./columns.ts";

export type Format = "csv" | "json" | "parquet";

/** Formats the rows, with a header or a schema. */
export function exported(rows: readonly ExportRow[], format: Format): string | Uint8Array {
  switch (format) {
    case "csv":
      return csv(rows);
    case "json":
      return json(rows);
    case "parquet":
      return parquet(rows);
  }
}

/**
 * CSV by RFC 4180; what is not known is empty, and numbers have all their digits. A text that a
 * spreadsheet would run as a formula begins with an apostrophe.
 */
function csv(rows: readonly ExportRow[]): string {
  return stringify(
    rows.map((row) => COLUMNS.map(({ cell }) => cell(row))),
    {
      header: true,
      columns: COLUMNS.map(({ name }) => name),
      record_delimiter: "windows",
      escape_formulas: true,
      cast: { boolean: String, date: (date) => date.toISOString() },
    },
  );
}

/** JSON, an array of objects; what is not known is null. */
function json(rows: readonly ExportRow[]): string {
  const objects = rows.map((row) =>
    Object.fromEntries(COLUMNS.map(({ name, cell }) => [name, cell(row)])),
  );
  return `${JSON.stringify(objects, undefined, 2)}\n`;
}

const PARQUET_TYPES = {
  text: "STRING",
  integer: "INT64",
  number: "DOUBLE",
  boolean: "BOOLEAN",
} as const satisfies Record<Exclude<ColumnType, "time">, string>;

/**
 * An instant. The converted type is older and says nothing of time zones: some readers take it for
 * UTC, others for the local time.
 */
const TIMESTAMP = {
  type: "INT64",
  converted_type: "TIMESTAMP_MILLIS",
  logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  repetition_type: "OPTIONAL",
} as const;

function parquet(rows: readonly ExportRow[]): Uint8Array {
  const columnData = COLUMNS.map(({ name, type, cell }) => ({
    name,
    data: rows.map((row) => parquetCell(type, cell(row))),
    ...(type !== "time" && { type: PARQUET_TYPES[type] }),
  }));
  const schemaOverrides = Object.fromEntries(
    COLUMNS.filter(({ type }) => type === "time").map(({ name }) => [name, { name, ...TIMESTAMP }]),
  );
  const schema = schemaFromColumnData({ columnData, schemaOverrides });
  // The schema has the types now.
  const columns = columnData.map(({ name, data }) => ({ name, data }));
  return new Uint8Array(parquetWriteBuffer({ columnData: columns, schema }));
}

function parquetCell(type: ColumnType, cell: Cell): Cell | bigint {
  return type === "integer" && typeof cell === "number" ? BigInt(cell) : cell;
}
