import type { StoppingRule } from "../../shared/specification/stoppingRule.ts";
import type { ClientBook } from "./clientBook.ts";

/** A run that a client wants to go on, and how far. */
export interface AskedRun {
  readonly name: string;
  readonly stoppingRule: StoppingRule;
}

/** Whether a client may have runs. */
export interface Admission {
  /** Who asks; empty where nobody counts. */
  readonly client: string;
  /** Called before anything is written. @throws ApiError if the client may not */
  check(runs: readonly AskedRun[]): void;
  /** Called once they go on. */
  enter(runs: readonly AskedRun[]): void;
}

export const ADMIT_ALL: Admission = {
  client: "",
  check: () => undefined,
  enter: () => undefined,
};

/** Within the limits of a client. */
export function admissionOf(client: string, book: ClientBook): Admission {
  return {
    client,
    check: (runs) => {
      book.check(client, runs);
    },
    enter: (runs) => {
      book.enter(client, runs);
    },
  };
}
