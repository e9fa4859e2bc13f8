import Table from "cli-table3";

import { ABSENT } from "../../../shared/text/numbers.ts";
import { widthOf, wrapped, wrappedItems } from "./wrap.ts";

/** A column of a table that fits the terminal. */
export interface TableColumn<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  readonly align?: "left" | "right";
  /** 1 stays a column longest; of equal ones, the rightmost leaves first. */
  readonly importance: number;
  /** What the cell is called below its row, where no head is above it; default: the head. */
  readonly name?: string;
}

/** A name and a value, such as `state` and `SUCCEEDED`. */
export type Fact = readonly [name: string, value: string];

/** Columns that a table takes beside the text of a cell. */
const AROUND_CELL = 3;
const INDENT = "  ";
/** Fewest columns for the values of facts beside their names; with fewer they stand below. */
const LEAST_VALUE_COLUMNS = 30;

/**
 * Formats a table no wider than the columns. What has no room as a column is written below its row,
 * name by name, the least important first; nothing is left out but what is not known.
 */
export function fittedTable<Row>(
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  limit: number,
): string {
  const texts = new Map(columns.map((column) => [column, rows.map((row) => column.cell(row))]));
  const widths = new Map(
    columns.map((column) => [
      column,
      Math.max(...[column.head, ...(texts.get(column) ?? [])].map(widthOf)),
    ]),
  );
  const shown = shownColumns(columns, (column) => widths.get(column) ?? 0, limit);
  const stacked = columns.filter((column) => !shown.includes(column));
  const text = (column: TableColumn<Row>, row: number) => texts.get(column)?.[row] ?? "";
  const below = (row: number) =>
    stacked
      .map((column) => [column.name ?? column.head, text(column, row)] as const)
      .filter(([, value]) => value !== "" && value !== ABSENT)
      .map(([name, value]) => (name === "" ? value : `${name} ${value}`));
  if (shown.length === 0) {
    return rows
      .flatMap((_, row) =>
        wrappedItems(below(row), limit - INDENT.length).map((line, i) =>
          i === 0 ? line : INDENT + line,
        ),
      )
      .join("\n");
  }
  const table = new Table({
    head: shown.map(({ head }) => head),
    style: { head: [], border: [], compact: true },
    colAligns: shown.map(({ align = "left" }) => align),
  });
  for (const row of rows.keys()) {
    table.push(shown.map((column) => text(column, row)));
    const lines = wrappedItems(below(row), limit - AROUND_CELL - 1 - INDENT.length);
    if (lines.length === 0) continue;
    const content = lines.map((line) => INDENT + line).join("\n");
    table.push([{ colSpan: shown.length, content, hAlign: "left" }]);
  }
  return table.toString();
}

/** The columns for which there is room, in their order. */
function shownColumns<Row>(
  columns: readonly TableColumn<Row>[],
  widthOfColumn: (column: TableColumn<Row>) => number,
  limit: number,
): readonly TableColumn<Row>[] {
  const byImportance = columns.toSorted((a, b) => a.importance - b.importance);
  for (let count = columns.length; count > 0; count--) {
    const kept = byImportance.slice(0, count);
    const width = kept.reduce((sum, column) => sum + widthOfColumn(column) + AROUND_CELL, 1);
    if (width <= limit) return columns.filter((column) => kept.includes(column));
  }
  return [];
}

/**
 * Formats facts, a name and a value each, no wider than the columns: beside one another, or the
 * values below their names where there is little room.
 */
export function fittedFacts(facts: readonly Fact[], limit: number): string {
  const names = Math.max(...facts.map(([name]) => widthOf(name)));
  const room = limit - names - 2 * AROUND_CELL - 1;
  if (room < LEAST_VALUE_COLUMNS) {
    return facts
      .flatMap(([name, value]) => [
        ...wrapped(name, limit),
        ...wrapped(value, limit - INDENT.length).map((line) => INDENT + line),
      ])
      .join("\n");
  }
  const table = new Table({ style: { head: [], border: [], compact: true } });
  for (const [name, value] of facts) table.push([name, wrapped(value, room).join("\n")]);
  return table.toString();
}
