import { constants } from "node:fs";
import { access, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { reasonOf } from "../../shared/wire/reason.ts";
import { InputError } from "../sdk/errors.ts";
import { remedyFor } from "./outputRemedies.ts";
import { say } from "./streams.ts";

/** Refuses a file that cannot be written, before the work rather than after it. */
export async function assertWritable(flag: string, path: string): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory() === true) throw refusal(flag, path, "it is a folder");
  try {
    await access(existing === undefined ? dirname(resolve(path)) : path, constants.W_OK);
  } catch (error) {
    throw refusal(flag, path, reasonOf(error));
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

/**
 * Writes a file, and says on standard error where it is.
 *
 * @throws Error that names the flag and the file
 */
export async function writeOutput(
  flag: string,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  await writeQuietly(flag, path, content);
  say(`written: ${resolve(path)}\n`);
}

/**
 * Writes one file of several, of which the command says itself where they are.
 *
 * @throws Error that names the flag and the file
 */
export async function writeQuietly(
  flag: string,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    const remedy = remedyFor(error as NodeJS.ErrnoException);
    const incomplete = "what is there now is not whole";
    throw new Error(
      `${flag}: '${path}' cannot be written (${reasonOf(error)}): ${incomplete}; ${remedy}`,
      { cause: error },
    );
  }
}

/**
 * Makes a folder for a command's files, before the work rather than after it.
 *
 * @throws InputError if it cannot be made, or nothing can be written there
 */
export async function makeOutputFolder(flag: string, path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (error) {
    throw new InputError(
      `${flag}: no files can be written to '${path}' (${reasonOf(error)}); give a writable folder`,
    );
  }
}

function refusal(flag: string, path: string, reason: string): InputError {
  return new InputError(
    `${flag}: '${path}' cannot be written (${reason}); give a file in a writable folder`,
  );
}
