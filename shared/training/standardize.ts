type Row = readonly number[];

/**
 * A map that shifts and scales each column of a table to mean 0 and standard deviation 1 over the
 * rows given; other rows are mapped in the same way.
 */
export function standardizing(rows: readonly Row[]): (row: Row) => number[] {
  const columns = (rows[0] ?? []).map((_, column) => {
    const mean = rows.reduce((sum, row) => sum + (row[column] as number), 0) / rows.length;
    const square = rows.reduce((sum, row) => sum + ((row[column] as number) - mean) ** 2, 0);
    return { mean, deviation: Math.sqrt(square / rows.length) };
  });
  return (row) => columns.map(({ mean, deviation }, i) => ((row[i] as number) - mean) / deviation);
}
