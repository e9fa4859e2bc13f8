import { stringify } from "csv-stringify/sync";
import { parquetWriteBuffer } from "hyparquet-writer";

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

/** CSV by RFC 4180; what is not known is empty, and numbers have all their digits. */
function csv(rows: readonly ExportRow[]): string {
  return stringify(
    rows.map((row) => COLUMNS.map(({ cell }) => cell(row))),
    {
      header: true,
      columns: COLUMNS.map(({ name }) => name),
      record_delimiter: "windows",
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
  time: "TIMESTAMP",
} as const satisfies Record<ColumnType, string>;

function parquet(rows: readonly ExportRow[]): Uint8Array {
  const columnData = COLUMNS.map(({ name, type, cell }) => ({
    name,
    type: PARQUET_TYPES[type],
    data: rows.map((row) => parquetCell(type, cell(row))),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function parquetCell(type: ColumnType, cell: Cell): Cell | bigint {
  return type === "integer" && typeof cell === "number" ? BigInt(cell) : cell;
}
