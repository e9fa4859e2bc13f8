import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import * as fc from "fast-check";

/** The rows of a table written by reference.py. */
export function referenceTable(name: string): string[][] {
  const text = readFileSync(new URL(name, import.meta.url), "utf8");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => line.split(" "));
}

/** Asserts that two numbers are close; fails if either is NaN. */
export function assertClose(
  actual: number,
  expected: number,
  tolerance: number,
  what: string,
): void {
  const error = Math.abs(actual - expected);
  assert.ok(error <= tolerance, `${what}: ${actual} is ${error} from ${expected}`);
}

/** Draws numbers from 10^low to 10^high, log-uniformly. */
export function logUniform(low: number, high: number): fc.Arbitrary<number> {
  return fc.double({ min: low, max: high, noNaN: true }).map((logarithm) => 10 ** logarithm);
}
