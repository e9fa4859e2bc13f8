import { readText } from "./readText.ts";
import { parseSweep, type SweepSpecification } from "./sweepFile.ts";

/**
 * Reads a sweep file, which may be a pipe such as `<(…)`.
 *
 * @param patience milliseconds in which a pipe must end; default: a minute
 * @throws InputError that names the file, the field and the remedy
 */
export function readSweepFile(path: string, patience?: number): SweepSpecification {
  return parseSweep(path, readText(path, "sweep file", patience));
}
