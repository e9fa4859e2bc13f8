import { inspect } from "node:util";

/** One refused field: its path in the words of the proto, and what to do about it. */
export interface FieldViolation {
  /** Such as `network.width`. */
  readonly field: string;
  /** The value and what is allowed: the end of a sentence that begins with the field. */
  readonly description: string;
}

/** Input that was refused as a whole, with every field at fault. */
export class ValidationError extends Error {
  override readonly name = "ValidationError";
  readonly violations: readonly FieldViolation[];

  constructor(violations: readonly FieldViolation[]) {
    super(violations.map(({ field, description }) => `${field}: ${description}`).join("; "));
    this.violations = violations;
  }
}

/** Collects violations while fields are read, so that all of them are reported at once. */
export class FieldReader {
  readonly #violations: FieldViolation[] = [];

  refuse(field: string, description: string): void {
    this.#violations.push({ field, description });
  }

  integer(field: string, value: unknown, minimum: number, maximum: number): number {
    if (typeof value === "number" && Number.isInteger(value)) {
      if (value >= minimum && value <= maximum) return value;
    }
    this.refuse(
      field,
      `${refused(value)}; give an integer from ${grouped(minimum)} to ${grouped(maximum)}`,
    );
    return minimum;
  }

  /** A finite number for which `allowed` holds; `expected` says in words which those are. */
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

  text(field: string, value: unknown, maximumLength: number): string {
    if (typeof value === "string" && value.length <= maximumLength) {
      if (isPlainText(value)) return value;
      this.refuse(field, `${refused(value)}; give one line without control characters`);
      return "";
    }
    const what =
      typeof value === "string"
        ? `a text of ${value.length} characters is not allowed`
        : refused(value);
    this.refuse(field, `${what}; give at most ${maximumLength} characters`);
    return "";
  }

  /** Throws if anything was refused. */
  finish(): void {
    if (this.#violations.length > 0) throw new ValidationError(this.#violations);
  }
}

/** The first half of the sentence that refuses a value. */
export function refused(value: unknown): string {
  if (value === undefined || value === null || value === "") return "it is missing";
  return `${shown(value)} is not allowed`;
}

/** A value from outside as it may stand in a sentence: on one line, and no longer than it helps. */
function shown(value: unknown, maximumLength = 60): string {
  // Text is cut first, for it may be of any length; inspect escapes what would break the line.
  const cut = typeof value === "string" ? value.slice(0, maximumLength) : value;
  return clipped(inspect(cut, { breakLength: Infinity, compact: true }), maximumLength);
}

/** Text from outside that stands in a sentence without quotes: the same. */
export function clipped(text: string, maximumLength: number): string {
  const line = text.slice(0, maximumLength).replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
  // A cut can go through a pair of surrogates, which no header and no ledger takes.
  return text.length > maximumLength ? `${line.toWellFormed()}…` : line.toWellFormed();
}

/** Whether people can be shown a text as it is, and every ledger can keep it. */
export function isPlainText(text: string): boolean {
  return !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) && text.isWellFormed();
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
