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
    if (typeof value === "string" && value.length <= maximumLength) return value;
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
  const text = typeof value === "string" ? `'${value}'` : inspect(value);
  return `${text.length > 60 ? `${text.slice(0, 60)}…` : text} is not allowed`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
