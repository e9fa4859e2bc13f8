import { readOnce } from "../../shared/files/readFile.ts";
import { InputError } from "../sdk/errors.ts";
import { MAXIMUM_LENGTH } from "./sweepDocument.ts";
import { parseSweep, type SweepSpecification } from "./sweepFile.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/** Most bytes of a character in UTF-8, as `length` counts characters. */
const BYTES_PER_CHARACTER = 3;

/**
 * Reads a sweep file, which may be a pipe such as `<(…)`.
 *
 * @param patience milliseconds in which a pipe must end; default: a minute
 * @throws InputError that names the file, the field and the remedy
 */
export function readSweepFile(path: string, patience?: number): SweepSpecification {
  let content: Buffer;
  try {
    content = readOnce(path, MAXIMUM_LENGTH * BYTES_PER_CHARACTER, patience).bytes;
  } catch (error) {
    throw new InputError(`${path}: the sweep file ${reasonOf(error)}`);
  }
  return parseSweep(path, content.toString("utf8"));
}
