import * as fc from "fast-check";
import protobuf from "protobufjs";

import { anyDouble, anyText } from "./fuzzing.ts";

const small = fc.integer({ min: -3, max: 100 });
const anyInt32 = fc.oneof(small, fc.integer());
const anyUint32 = fc.oneof(fc.nat(100), fc.nat(2 ** 32 - 1));
const anyUint64 = fc.oneof(fc.bigInt(0n, 100n), fc.bigInt(0n, 2n ** 64n - 1n)).map(String);
const anySint64 = fc.oneof(fc.bigInt(-9n, 9n), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)).map(String);

/** Deepest level of messages within messages: those of JSON hold one another. */
const MAXIMUM_NESTING = 12;

/** Draws any message of the type, as protobufjs takes it, with or without each field. */
export function anyMessage(type: protobuf.Type, nesting = MAXIMUM_NESTING): fc.Arbitrary<object> {
  if (nesting === 0) return fc.constant({});
  const fields = type.fieldsArray.map((field) => [field.name, anyField(field, nesting)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
}

/** Encodes a message. */
export function encoded(type: protobuf.Type, message: object): Uint8Array {
  return type.encode(type.fromObject(message)).finish();
}

function anyField(field: protobuf.Field, nesting: number): fc.Arbitrary<unknown> {
  const value = anyValue(field.resolve(), nesting);
  const any: protobuf.FieldBase = field;
  if (any instanceof protobuf.MapField) return fc.dictionary(anyText, value, { maxKeys: 3 });
  return field.repeated ? fc.array(value, { maxLength: 3 }) : value;
}

function anyValue({ type, resolvedType }: protobuf.Field, nesting: number): fc.Arbitrary<unknown> {
  if (resolvedType instanceof protobuf.Type) return anyMessage(resolvedType, nesting - 1);
  if (resolvedType instanceof protobuf.Enum) {
    // Numbers without a name are allowed in proto3.
    return fc.oneof(fc.constantFrom(...Object.values(resolvedType.values)), anyInt32);
  }
  switch (type) {
    case "double":
      return anyDouble;
    case "bool":
      return fc.boolean();
    case "string":
      return anyText;
    case "int32":
      return anyInt32;
    case "uint32":
      return anyUint32;
    case "uint64":
      return anyUint64;
    case "int64":
    case "sint64":
      return anySint64;
    default:
      throw new Error(`there was no field of type ${type} when this was written`);
  }
}
