import { constants } from "node:fs";
import { access, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { InputError } from "../sdk/errors.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/** Refuses a file that cannot be written, before the work rather than after it. */
export async function assertWritable(flag: string, path: string): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory() === true) throw unwritable(flag, path, "it is a folder");
  try {
    await access(existing === undefined ? dirname(resolve(path)) : path, constants.W_OK);
  } catch (error) {
    throw unwritable(flag, path, reasonOf(error));
  }
}

/** Refuses a name that promises another sort of picture than SVG, or a file that cannot be written. */
export async function assertWritableSvg(flag: string, path: string): Promise<void> {
  if (!/\.svg$/i.test(path)) {
    throw new InputError(
      `${flag}: '${path}' does not end in .svg; the picture is SVG, so give such a name`,
    );
  }
  await assertWritable(flag, path);
}

/** Writes a file, and says on standard error where it is. */
export async function writeOutput(
  flag: string,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw unwritable(flag, path, reasonOf(error));
  }
  process.stderr.write(`written: ${resolve(path)}\n`);
}

function unwritable(flag: string, path: string, reason: string): InputError {
  return new InputError(
    `${flag}: '${path}' cannot be written (${reason}); give a file in a writable folder`,
  );
}
