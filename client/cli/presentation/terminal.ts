/** Least width; below it, nothing is readable. */
export const LEAST_COLUMNS = 40;
/** Width of a terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;

/** A stream that may be a terminal. */
interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** True of a terminal that can go back in a line; a dumb one, such as an editor's, shows the codes. */
export function canRedraw(
  output: Output,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  return output.isTTY === true && environment["TERM"] !== "dumb";
}

/**
 * The columns that a line may have: those of the terminal, else `COLUMNS`. A file or a pipe has no
 * limit, so that each row of a table stays a line, for `grep` and the like.
 */
export function outputColumns(
  output: Output = process.stdout,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): number {
  const ofTerminal = output.isTTY === true ? (output.columns ?? 0) : 0;
  if (ofTerminal > 0) return Math.max(LEAST_COLUMNS, ofTerminal);
  const asked = environment["COLUMNS"] ?? "";
  if (/^[1-9]\d{0,5}$/.test(asked)) return Math.max(LEAST_COLUMNS, Number(asked));
  return output.isTTY === true ? USUAL_COLUMNS : Infinity;
}

/** The columns that a drawing may have, which needs a limit in a file or a pipe, too. */
export function drawingColumns(
  output?: Output,
  environment?: Readonly<Record<string, string | undefined>>,
): number {
  const columns = outputColumns(output, environment);
  return Number.isFinite(columns) ? columns : USUAL_COLUMNS;
}
