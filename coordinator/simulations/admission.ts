import type { StoppingRule } from "../../shared/specification/stoppingRule.ts";

/** A run that a client wants to go on, and how far. */
export interface AskedRun {
  readonly name: string;
  readonly stoppingRule: StoppingRule;
}

/** Decides whether a client may have runs. The door implements it: limits are its matter. */
export interface Admission {
  /** The client that asks; empty where nobody counts. */
  readonly client: string;
  /** Called before anything is written. @throws ApiError if the client may not */
  check(runs: readonly AskedRun[]): void;
  /** Called once the runs go on. */
  enter(runs: readonly AskedRun[]): void;
}

/** Lets every run in, for nobody in particular. */
export const ADMIT_ALL: Admission = {
  client: "",
  check: () => undefined,
  enter: () => undefined,
};
