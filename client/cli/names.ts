import { InputError } from "../sdk/errors.ts";

/** What a command is about: runs and sweeps, or sweeps only. */
export type Collection = "runs" | "sweeps";

/**
 * Refuses a NAME that is not `runs/{id}` or `sweeps/{id}`, as far as the command is about those.
 *
 * @throws InputError
 */
export function assertName(name: string, collections: readonly Collection[]): void {
  const collection = collections.find((each) => name.startsWith(`${each}/`));
  if (collection !== undefined && /^\w+\/[a-z0-9-]+$/.test(name)) return;
  const allowed = collections.map((each) => `${each}/{id}`).join(" or ");
  const lists = collections.map((each) => `'lyapunov ${each} list'`).join(" or ");
  throw new InputError(`NAME: '${name}' is not allowed; give ${allowed}, see ${lists}`);
}

/** The collection of a name, `runs/{id}` or `sweeps/{id}`. */
export function collectionOf(name: string): Collection {
  return name.startsWith("sweeps/") ? "sweeps" : "runs";
}

/** Whether a name, `runs/{id}` or `sweeps/{id}`, is that of a sweep. */
export function isSweep(name: string): boolean {
  return collectionOf(name) === "sweeps";
}
