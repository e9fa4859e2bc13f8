/** Finds every number of a message, with its path, even those that JSON would hide as null. */
export function* everyNumber(
  value: unknown,
  path = "run",
): Iterable<[path: string, number: number]> {
  if (typeof value === "number") yield [path, value];
  else if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value)) yield* everyNumber(child, `${path}.${key}`);
  }
}
