import { shortName } from "./enumerations.ts";

const RUN_STATES = ["QUEUED", "RUNNING", "CANCELLING", "SUCCEEDED", "FAILED", "CANCELLED"] as const;

/** The state of a run; RUN_STATE_… on the wire. */
export type RunState = (typeof RUN_STATES)[number];

/** Reads a state's name. @throws Error if there is no such state */
export function parseRunState(text: string): RunState {
  const state = RUN_STATES.find((name) => name === text);
  if (state !== undefined) return state;
  throw new Error(`'${text}' is not a state; give one of ${RUN_STATES.join(", ")}`);
}

export function hasEnded(state: RunState): boolean {
  return state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED";
}

/** The state of a run or a sweep, read from its message. */
export function stateOf({ state }: { readonly state?: string | number }): RunState {
  return shortName("state", String(state)) as RunState;
}
