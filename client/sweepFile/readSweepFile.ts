import { createReadStream } from "node:fs";
import { text } from "node:stream/consumers";

import { InputError } from "../sdk/errors.ts";
import { MAXIMUM_LENGTH } from "./sweepDocument.ts";
import { parseSweep, type SweepSpecification } from "./sweepFile.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/**
 * Reads a sweep file.
 *
 * @throws InputError that names the file, the field and the remedy
 */
export async function readSweepFile(path: string): Promise<SweepSpecification> {
  let content: string;
  try {
    // No more of it than can be refused: it may be endless, as /dev/zero is. `end` is the place of
    // the last byte read.
    content = await text(createReadStream(path, { end: MAXIMUM_LENGTH }));
  } catch (error) {
    throw new InputError(
      `${path}: the sweep file cannot be read (${reasonOf(error)}); give the path of one`,
    );
  }
  return parseSweep(path, content);
}
