import { Option } from "commander";

import { InputError } from "../sdk/errors.ts";
import type { Typed } from "../sdk/runInput.ts";

/** Reads the text of a flag or of an argument. */
export interface Reader<Value> {
  /** The value that the text stands for; undefined if it is refused. */
  readonly read: (text: string) => Value | undefined;
  /** What is allowed, such as `give an integer from 1 to 1024`. */
  readonly remedy: string;
}

/** A flag whose values are read, such as `--threads <count>`. */
export function flag<Value>(flags: string, description: string, reader: Reader<Value>): Option {
  const option = new Option(flags, description);
  return option.argParser(parserOf(option.long ?? flags, reader));
}

/** A flag that takes one of a few names; its help lists them. */
export function choice(flags: string, description: string, names: readonly string[]): Option {
  const option = new Option(flags, description).choices(names);
  return option.argParser(parserOf(option.long ?? flags, oneOf(names)));
}

/**
 * A parser for commander of the values of a flag or an argument.
 *
 * @throws InputError that names the flag, the value and what is allowed; commander passes it on
 *   untouched, unlike its own errors, which it rewrites
 */
export function parserOf<Value>(
  name: string,
  { read, remedy }: Reader<Value>,
): (text: string) => Value {
  return (text) => {
    const value = read(text);
    if (value === undefined) throw new InputError(`${name}: '${text}' is not allowed; ${remedy}`);
    return value;
  };
}

/**
 * A number if the text reads as one, else the text: for fields that are validated later. A number
 * may be pasted from a table, as `−0.5` or `1.2·10^−7`.
 */
export function typed(text: string): Typed {
  const plain = text.trim().replaceAll("−", "-").replace("·10^", "e");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : text;
}

/** Numbers or names with commas between them. */
export function typedList(text: string): Typed[] {
  return text.split(",").map(typed);
}

/** Some of a few names, with commas between them. */
export function listOf<Name extends string>(names: readonly Name[]): Reader<readonly Name[]> {
  return {
    read: (text) => {
      const found = text.split(",").map((each) => names.find((name) => name === each.trim()));
      return found.includes(undefined) ? undefined : (found as Name[]);
    },
    remedy: `give some of ${names.join(", ")}, with commas between them`,
  };
}

function oneOf<Name extends string>(names: readonly Name[]): Reader<Name> {
  return {
    read: (text) => names.find((name) => name === text),
    remedy: `give one of ${names.join(", ")}`,
  };
}

/** Integers from `minimum` to `maximum`. */
export function integerFrom(minimum: number, maximum: number): Reader<number> {
  return numberWhere(
    (value) => Number.isInteger(value) && value >= minimum && value <= maximum,
    `give an integer from ${minimum} to ${maximum}`,
  );
}

/** Seconds, with fractions, from `minimum` to `maximum`. */
export function secondsFrom(minimum: number, maximum: number): Reader<number> {
  return numberWhere(
    (value) => value >= minimum && value <= maximum,
    `give seconds from ${minimum} to ${maximum}`,
  );
}

/** A number above zero. */
export const positiveNumber: Reader<number> = numberWhere(
  (value) => value > 0 && Number.isFinite(value),
  "give a number above 0",
);

function numberWhere(isAllowed: (value: number) => boolean, remedy: string): Reader<number> {
  return {
    read: (text) => {
      const value = typed(text);
      return typeof value === "number" && isAllowed(value) ? value : undefined;
    },
    remedy,
  };
}
