import protobuf from "protobufjs";

import { FIELD_BOUNDS } from "../../coordinator/rpc/fieldBounds.ts";
import { contractName } from "../../coordinator/rpc/messageShapes.ts";
import { requestTypeOf } from "../../shared/wire/messageTypes.ts";
import { requestFields, type RequestField } from "./requestFields.ts";

/** A bound of a field, and the request in which it is broken. */
export interface Violation extends RequestField {
  readonly what: string;
  readonly unit: "characters" | "entries" | "keyCharacters" | "bytes";
  readonly most: number;
}

/** Every bound of the table, once. */
export function violating(): Violation[] {
  return requestFields().flatMap((field) =>
    (["characters", "entries", "keyCharacters", "bytes"] as const).flatMap((unit) => {
      const most = FIELD_BOUNDS[field.name]?.[unit];
      if (most === undefined) return [];
      const words = unit === "keyCharacters" ? "characters of a key" : unit;
      return [{ ...field, unit, most, what: `more than ${most} ${words} of ${field.name}` }];
    }),
  );
}

/** The type of a method's request. */
export function typeOf({ method }: { readonly method: string }): protobuf.Type {
  const type = requestTypeOf(method);
  if (type === undefined) throw new Error(`${method} has no request`);
  return type;
}

/** A request whose field is at its bound, or `beyond` it by so much; it is good in nothing else. */
export function messageOf(violation: Violation, beyond: number): Uint8Array {
  const { field, unit, most, way } = violation;
  const amount = most + beyond;
  let value: unknown;
  if (unit === "entries" && field.map) {
    const entries = Array.from({ length: amount }, (_, i) => [String(i), emptyOf(field)]);
    value = Object.fromEntries(entries);
  } else if (unit === "entries") value = Array.from({ length: amount }, () => emptyOf(field));
  else if (unit === "keyCharacters") value = { ["k".repeat(amount)]: emptyOf(field) };
  else value = field.repeated ? ["x".repeat(amount)] : "x".repeat(amount);
  const wrapped = way.toReversed().reduce<unknown>((inner, step) => {
    const content =
      step === field ? value : step.map ? { key: inner } : step.repeated ? [inner] : inner;
    return { [step.name]: content };
  }, undefined);
  const type = typeOf(violation);
  return type.encode(wrapped as object).finish();
}

/** The path with which the field is refused. */
export function refusedAt({ way, unit }: Violation): string {
  const steps = way.map((step, i) => {
    const [name = ""] = contractName(step).split(".").toReversed();
    const isLast = i === way.length - 1;
    if (step.map)
      return isLast ? (unit === "keyCharacters" ? `${name}.key` : name) : `${name}.value`;
    return step.repeated && !(isLast && unit === "entries") ? `${name}[0]` : name;
  });
  return steps.join(".");
}

function emptyOf({ type, resolvedType }: protobuf.FieldBase): unknown {
  if (resolvedType instanceof protobuf.Type) return {};
  if (resolvedType instanceof protobuf.Enum) return 1;
  return type === "string" ? "" : 1;
}
