import { collectionOf } from "./names.ts";

/** What a command says when it is interrupted while it waits for an answer. */
export interface Awaited {
  /** Said at once. */
  readonly meanwhile: string;
  /** What to say once the answer is there. */
  readonly answer: Promise<string>;
  /** Said instead if the answer does not come, or nobody waits for it. */
  readonly otherwise: string;
}

/** What a command says when it is interrupted. */
export type Parting = string | Awaited;

/**
 * The parting sentence of a command that leaves a run or a sweep to its cluster.
 *
 * @param callFlags flags by which another command reaches the cluster
 */
export function interrupted(name: string, callFlags: string): string {
  const command = `lyapunov ${collectionOf(name)}`;
  return (
    `interrupted; ${name} continues: ${command} watch ${name} ${callFlags}\n` +
    `to end it: ${command} cancel ${name} ${callFlags}`
  );
}

/** The parting sentence of a command that has asked for something and has not heard the answer. */
export function unheard(name: string, what: "cancelled" | "extended", callFlags: string): string {
  return (
    `interrupted; the answer was not awaited, so ${name} may have been ${what} or not: ` +
    `lyapunov ${collectionOf(name)} show ${name} ${callFlags}`
  );
}
