import { shortName } from "./enumerations.ts";

/** Where a run is in its life; RUN_STATE_… on the wire. */
export type RunState = "QUEUED" | "RUNNING" | "CANCELLING" | "SUCCEEDED" | "FAILED" | "CANCELLED";

export function hasEnded(state: RunState): boolean {
  return state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED";
}

/** The state of a run or a sweep as a message has it. */
export function stateOf({ state }: { readonly state?: string | number }): RunState {
  return shortName("state", String(state)) as RunState;
}
