import { inspect } from "node:util";

import { count } from "../text/counts.ts";

/** A refused field: its path in the proto's names, and what to do about it. */
export interface FieldViolation {
  /** The field's path, for example `network.width`. */
  readonly field: string;
  /** The value and what is allowed, as the end of a sentence that begins with the field. */
  readonly description: string;
}

/** Input was refused; the error lists every bad field. */
export class ValidationError extends Error {
  override readonly name = "ValidationError";
  readonly violations: readonly FieldViolation[];

  constructor(violations: readonly FieldViolation[]) {
    super(violations.map(({ field, description }) => `${field}: ${description}`).join("; "));
    this.violations = violations;
  }
}

/** Reads fields and collects violations, so that all of them are reported at once. */
export class FieldReader {
  readonly #violations: FieldViolation[] = [];

  refuse(field: string, description: string): void {
    this.#violations.push({ field, description });
  }

  /** @param fallback what stands in for a refused value, while others are checked. */
  integer(
    field: string,
    value: unknown,
    minimum: number,
    maximum: number,
    fallback = minimum,
  ): number {
    if (typeof value === "number" && Number.isInteger(value)) {
      if (value >= minimum && value <= maximum) return value;
    }
    this.refuse(
      field,
      `${refused(value)}; give an integer from ${count(minimum)} to ${count(maximum)}`,
    );
    return fallback;
  }

  /** Reads a finite number that `allowed` accepts; `expected` says in words which those are. */
  number(
    field: string,
    value: unknown,
    expected: string,
    allowed: (value: number) => boolean,
  ): number {
    if (typeof value === "number" && Number.isFinite(value) && allowed(value)) return value;
    this.refuse(field, `${refused(value)}; give ${expected}`);
    return NaN;
  }

  oneOf<T extends string>(field: string, value: unknown, allowed: readonly T[]): T {
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    this.refuse(field, `${refused(value)}; give one of ${allowed.join(", ")}`);
    return allowed[0] as T;
  }

  /** Reads one line of text. */
  text(field: string, value: unknown, maximumLength: number): string {
    const problem = textProblem(value, maximumLength);
    if (problem === undefined) return value as string;
    this.refuse(field, problem);
    return "";
  }

  /** Ends the reading. @throws ValidationError if any field was refused */
  finish(): void {
    if (this.#violations.length > 0) throw new ValidationError(this.#violations);
  }
}

/**
 * Says what is wrong with a line of text, as the end of a sentence that begins with its field;
 * undefined if all is well.
 *
 * @param maximumLength in characters, which are Unicode code points.
 */
export function textProblem(value: unknown, maximumLength: number): string | undefined {
  if (typeof value !== "string") return `${refused(value)}; give a text`;
  const length = characterCount(value);
  if (length > maximumLength) return tooLong(length, maximumLength);
  return isPlainText(value)
    ? undefined
    : `${refused(value)}; give one line without control characters`;
}

/** Says of a text that it is too long, as the end of a sentence that begins with its field. */
export function tooLong(length: number, maximumLength: number): string {
  return (
    `a text of ${count(length)} characters is not allowed; ` +
    `give at most ${count(maximumLength)} characters`
  );
}

/** Counts the characters of a text, which are Unicode code points. */
export function characterCount(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** The first half of a sentence that refuses a value. */
export function refused(value: unknown): string {
  if (value === undefined || value === null || value === "") return "it is missing";
  return `${shown(value)} is not allowed`;
}

/** A value from outside, quoted for a sentence: on one line and not too long. */
function shown(value: unknown, maximumLength = 60): string {
  if (typeof value === "bigint") return clipped(String(value), maximumLength);
  // Text is cut first, since it may be of any length; inspect escapes line breaks.
  const cut = typeof value === "string" ? value.slice(0, maximumLength) : value;
  return clipped(inspect(cut, { breakLength: Infinity, compact: true }), maximumLength);
}

/** Text from outside, without quotes, for a sentence: on one line and not too long. */
export function clipped(text: string, maximumLength: number): string {
  const line = text.slice(0, maximumLength).replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
  // A cut can split a pair of surrogates, and no header and no ledger takes half a pair.
  return text.length > maximumLength ? `${line.toWellFormed()}…` : line.toWellFormed();
}

/** True if a text can be shown to people as it is, and kept by every ledger. */
export function isPlainText(text: string): boolean {
  return !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) && text.isWellFormed();
}
