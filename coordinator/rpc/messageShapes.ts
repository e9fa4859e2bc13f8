import protobuf from "protobufjs";

import { FIELD_BOUNDS, OTHERWISE, type Bound } from "./fieldBounds.ts";

/** The wire type of texts, bytes, messages and packed lists. */
export const LENGTH_DELIMITED = 2;

/** What must be known of a message type to check its messages. */
export interface MessageShape {
  /** Values in a decoded message: itself and all its fields, including those with defaults. */
  readonly values: number;
  /** The fields by number. */
  readonly fields: ReadonlyMap<number, FieldShape>;
}

export interface FieldShape {
  /** The name in the contract, as paths of fields have it. */
  readonly name: string;
  readonly wireType: number;
  /** True for a list, and for a map: on the wire that is a list of entries. */
  readonly isList: boolean;
  readonly isMap: boolean;
  readonly isPackable: boolean;
  readonly isText: boolean;
  readonly bound: Bound;
  /** The shape of a field that is a message; a function, since types may contain one another. */
  readonly inner: (() => MessageShape) | undefined;
}

const UNBOUNDED: Bound = {};
const shapes = new WeakMap<protobuf.Type, MessageShape>();

export function shapeOf(type: protobuf.Type): MessageShape {
  const known = shapes.get(type);
  if (known !== undefined) return known;
  const fields = new Map(type.fieldsArray.map((field) => [field.id, fieldShapeOf(field)]));
  const shape = { values: 1 + fields.size, fields };
  shapes.set(type, shape);
  return shape;
}

/**
 * The full name of a field in the contract, such as `lyapunov.v1.Run.display_name`; protobufjs gives
 * fields the names that they have in code.
 *
 * @internal exported for tests
 */
export function contractName(field: protobuf.FieldBase): string {
  return `${field.parent?.fullName.slice(1) ?? ""}.${snakeCase(field.name)}`;
}

/**
 * True if a field can hold ever more: texts, bytes, lists and maps.
 *
 * @internal exported for tests
 */
export function needsBound(field: protobuf.FieldBase): boolean {
  return field.repeated || field.map || field.type === "string" || field.type === "bytes";
}

function boundOf(field: protobuf.FieldBase): Bound {
  return FIELD_BOUNDS[contractName(field)] ?? (needsBound(field) ? OTHERWISE : UNBOUNDED);
}

function fieldShapeOf(field: protobuf.Field): FieldShape {
  // By protobufjs's types, a message's fields are never maps; some are.
  const any: protobuf.FieldBase = field;
  const { repeated } = field;
  if (any instanceof protobuf.MapField) return mapShapeOf(any);
  return { ...valueShapeOf(any, repeated), isList: repeated, bound: boundOf(any) };
}

/** The shape of a map, which is encoded as entries: messages with key (1) and value (2). */
function mapShapeOf(field: protobuf.MapField): FieldShape {
  const bound = boundOf(field);
  const { keyCharacters } = bound;
  const key: FieldShape = {
    name: "key",
    wireType: wireTypeOf(field.keyType),
    isList: false,
    isMap: false,
    isPackable: false,
    isText: field.keyType === "string",
    bound: keyCharacters === undefined ? UNBOUNDED : { characters: keyCharacters },
    inner: undefined,
  };
  const value: FieldShape = {
    ...valueShapeOf(field, false),
    name: "value",
    isList: false,
    bound: bound.characters === undefined ? UNBOUNDED : { characters: bound.characters },
  };
  const entry: MessageShape = {
    values: 3,
    fields: new Map([
      [1, key],
      [2, value],
    ]),
  };
  return {
    name: snakeCase(field.name),
    wireType: LENGTH_DELIMITED,
    isList: true,
    isMap: true,
    isPackable: false,
    isText: false,
    bound,
    inner: () => entry,
  };
}

function valueShapeOf(
  { name, type, resolvedType }: protobuf.FieldBase,
  repeated: boolean,
): Omit<FieldShape, "isList" | "bound"> {
  const scalar = resolvedType instanceof protobuf.Enum ? "int32" : type;
  return {
    name: snakeCase(name),
    wireType: wireTypeOf(scalar),
    isMap: false,
    isPackable: repeated && scalar in protobuf.types.packed,
    isText: scalar === "string",
    inner: resolvedType instanceof protobuf.Type ? () => shapeOf(resolvedType) : undefined,
  };
}

function wireTypeOf(scalar: string): number {
  const wireTypes: Readonly<Record<string, number>> = protobuf.types.basic;
  return wireTypes[scalar] ?? LENGTH_DELIMITED;
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
