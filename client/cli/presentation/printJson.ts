import { print } from "../streams.ts";

/**
 * Prints a value on standard output as indented JSON.
 *
 * @throws Error if standard output cannot be written
 */
export function printJson(value: unknown): Promise<void> {
  return print(`${JSON.stringify(value, undefined, 2)}\n`);
}
