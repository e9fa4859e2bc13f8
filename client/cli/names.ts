import { InputError } from "../sdk/errors.ts";

/**
 * Refuses a NAME that is not `runs/{id}` or `sweeps/{id}`.
 *
 * @throws InputError
 */
export function assertName(name: string): void {
  if (/^(runs|sweeps)\/[a-z0-9-]+$/.test(name)) return;
  throw new InputError(`NAME: '${name}' is not allowed; give runs/{id} or sweeps/{id}`);
}

/** Whether a name, `runs/{id}` or `sweeps/{id}`, is that of a sweep. */
export function isSweep(name: string): boolean {
  return name.startsWith("sweeps/");
}
