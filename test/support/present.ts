import assert from "node:assert/strict";

/** The value itself, which must be there. */
export function present<Value>(value: Value | null | undefined): Value {
  assert.ok(value !== undefined && value !== null, "what the test needs is missing");
  return value;
}
