import { readOnce } from "../../shared/files/readFile.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import { InputError } from "../sdk/errors.ts";
import { MAXIMUM_LENGTH } from "./sweepDocument.ts";

/** Most bytes of a character in UTF-8, as `length` counts characters. */
const BYTES_PER_CHARACTER = 3;

/**
 * Reads the text of a file that describes runs; it may be a pipe such as `<(…)`.
 *
 * @param noun what the file is called in a refusal, such as `sweep file`
 * @param patience milliseconds in which a pipe must end; default: a minute
 * @throws InputError that names the file and the remedy
 */
export function readText(path: string, noun: string, patience?: number): string {
  try {
    const { bytes } = readOnce(path, MAXIMUM_LENGTH * BYTES_PER_CHARACTER, patience);
    return bytes.toString("utf8");
  } catch (error) {
    throw new InputError(`${path}: the ${noun} ${reasonOf(error)}`);
  }
}
