import assert from "node:assert/strict";

/** Returns the value; fails if there is none. */
export function present<Value>(value: Value | null | undefined): Value {
  assert.ok(value !== undefined && value !== null, "what the test needs is missing");
  return value;
}
