import type { Struct, Struct__Output } from "./generated/google/protobuf/Struct.ts";
import type { Value, Value__Output } from "./generated/google/protobuf/Value.ts";

/** A JSON value. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object; properties that are undefined are left out. */
export interface JsonObject {
  readonly [name: string]: JsonValue | undefined;
}

/**
 * Converts a JSON object to the message that carries it.
 *
 * @internal exported for tests
 */
export function structFromJson(object: JsonObject): Struct {
  return {
    fields: Object.fromEntries(
      Object.entries(object).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, valueFromJson(value)]],
      ),
    ),
  };
}

/** Reads the JSON object that a message carries; without a message it is empty. */
export function structToJson(message: Struct__Output | null | undefined): JsonObject {
  return Object.fromEntries(
    Object.entries(message?.fields ?? {}).map(([name, value]) => [name, valueToJson(value)]),
  );
}

function valueFromJson(value: JsonValue): Value {
  if (value === null) return { nullValue: "NULL_VALUE" };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return { numberValue: value };
  if (typeof value === "string") return { stringValue: value };
  if (isList(value)) return { listValue: { values: value.map(valueFromJson) } };
  return { structValue: structFromJson(value) };
}

function isList(value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function valueToJson(message: Value__Output): JsonValue {
  switch (message.kind) {
    case "boolValue":
      return message.boolValue ?? null;
    case "numberValue":
      return message.numberValue ?? null;
    case "stringValue":
      return message.stringValue ?? null;
    case "structValue":
      return structToJson(message.structValue);
    case "listValue":
      return (message.listValue?.values ?? []).map(valueToJson);
    case "nullValue":
    case undefined:
      return null;
  }
  return null;
}
