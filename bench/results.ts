import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import Table, { type HorizontalAlignment } from "cli-table3";

/** The folder for results, unless a flag names another. */
export const RESULTS_FOLDER = fileURLToPath(new URL("results", import.meta.url));

/** Prints JSON on standard output and writes it to a file of the folder. */
export async function report(folder: string, file: string, result: unknown): Promise<void> {
  const text = `${JSON.stringify(result, undefined, 2)}\n`;
  process.stdout.write(text);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, file), text);
}

type Cell = string | number;

/** Prints a table on standard error. The first `textColumns` columns are text, the rest numbers. */
export function printTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  textColumns = 1,
): void {
  if (rows.length === 0) return;
  const align = (_: string, column: number): HorizontalAlignment =>
    column < textColumns ? "left" : "right";
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map(align),
  });
  table.push(...rows.map((row) => [...row]));
  process.stderr.write(`\n${title}\n${table.toString()}\n`);
}

/** Writes a number with three significant digits and with commas. */
export function readable(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US");
}
