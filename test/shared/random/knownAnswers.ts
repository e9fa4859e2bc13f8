import { readFileSync } from "node:fs";
import { join } from "node:path";

const LINES = readFileSync(join(import.meta.dirname, "known-answers.txt"), "utf8").split("\n");

/** The lines of known-answers.txt that begin with a name, each as the fields after it. */
export function knownAnswers(name: string): string[][] {
  const answers = LINES.map((line) => line.split(/\s+/)).filter(([first]) => first === name);
  if (answers.length === 0) throw new Error(`no known answers for ${name}`);
  return answers.map((fields) => fields.slice(1));
}

export const word = (hexadecimal: string | undefined) => Number(`0x${hexadecimal}`);
export const seed = (hexadecimal: string | undefined) => BigInt(`0x${hexadecimal}`);
export const real = (decimal: string | undefined) => Number(decimal);

/** |actual/expected − 1|, and 0 where both are 0. */
export function relativeError(actual: number, expected: number): number {
  return actual === expected ? 0 : Math.abs(actual / expected - 1);
}
