import protobuf from "protobufjs";

/** Wire types, as the encoding of Protocol Buffers has them. */
const LENGTH_DELIMITED = 2;
const GROUP_START = 3;
const GROUP_END = 4;

/**
 * Values that a message may decode to: 2,000 runs of a sweep with 64 checkpoints each are a fifth of
 * them, the sums of a shard far fewer. Two bytes can be a message of thirty fields, and one a 64-bit
 * number that is an object here: without a bound, 16 MiB decode to more memory than there is.
 */
const MAXIMUM_VALUES = 2 ** 20;

/**
 * Messages that may hold one another, one level of JSON in `parameters` being three of them: what is
 * nested deeper would run the decoder out of its stack.
 */
const MAXIMUM_NESTING = 64;

/** The bytes are no message, or one of more values than any that is meant well. */
export class UnreadableMessage extends Error {
  override readonly name = "UnreadableMessage";
}

/** What there is to know of a type before its messages are gone through. */
interface Shape {
  /** Of a decoded message: itself and all of its fields, those with default values included. */
  readonly values: number;
  /** By number. */
  readonly fields: ReadonlyMap<number, FieldShape>;
}

interface FieldShape {
  readonly name: string;
  readonly wireType: number;
  readonly isPackable: boolean;
  /** Of a message's own; a function, for types may hold one another. */
  readonly inner: (() => Shape) | undefined;
}

const shapes = new WeakMap<protobuf.Type, Shape>();

function shapeOf(type: protobuf.Type): Shape {
  const known = shapes.get(type);
  if (known !== undefined) return known;
  const fields = new Map(type.fieldsArray.map((field) => [field.id, fieldShapeOf(field)]));
  const shape = { values: 1 + fields.size, fields };
  shapes.set(type, shape);
  return shape;
}

/** What plain fields and maps have in common, in the terms of protobufjs. */
type AnyField = Pick<protobuf.Field, "name" | "type" | "resolvedType" | "repeated">;

function fieldShapeOf(field: protobuf.Field): FieldShape {
  // The types of protobufjs know no map among the fields of a message; there are some.
  const any: protobuf.FieldBase = field;
  return any instanceof protobuf.MapField ? mapShapeOf(any) : valueShapeOf(field);
}

/** A map is written as its entries: messages with the key as field 1 and the value as field 2. */
function mapShapeOf(field: protobuf.MapField): FieldShape {
  const wireTypes: Readonly<Record<string, number>> = protobuf.types.basic;
  const key: FieldShape = {
    name: "key",
    wireType: wireTypes[field.keyType] ?? LENGTH_DELIMITED,
    isPackable: false,
    inner: undefined,
  };
  const value: FieldShape = { ...valueShapeOf(field), name: "value", isPackable: false };
  const entry: Shape = {
    values: 3,
    fields: new Map([
      [1, key],
      [2, value],
    ]),
  };
  return {
    name: field.name,
    wireType: LENGTH_DELIMITED,
    isPackable: false,
    inner: () => entry,
  };
}

function valueShapeOf({ name, type, resolvedType, repeated }: AnyField): FieldShape {
  const scalar = resolvedType instanceof protobuf.Enum ? "int32" : type;
  const wireTypes: Readonly<Record<string, number>> = protobuf.types.basic;
  return {
    name,
    wireType: wireTypes[scalar] ?? LENGTH_DELIMITED,
    isPackable: repeated && scalar in protobuf.types.packed,
    inner: resolvedType instanceof protobuf.Type ? () => shapeOf(resolvedType) : undefined,
  };
}

/**
 * Goes through a message without decoding it, at no cost but time that is linear in its bytes.
 *
 * @throws UnreadableMessage
 */
export function checkValues(type: protobuf.Type, bytes: Uint8Array): void {
  const reader = protobuf.Reader.create(bytes);
  const shape = shapeOf(type);
  try {
    countValues(shape, reader, reader.len, shape.values, MAXIMUM_NESTING);
  } catch (error) {
    if (error instanceof UnreadableMessage) throw error;
    throw new UnreadableMessage((error as Error).message, { cause: error });
  }
}

/**
 * @param before values that were counted before.
 * @param nesting levels that may still follow.
 * @returns how many there are, those counted before included.
 */
function countValues(
  { fields }: Shape,
  reader: protobuf.Reader,
  end: number,
  before: number,
  nesting: number,
): number {
  if (nesting === 0) throw new UnreadableMessage(`it is nested more than ${MAXIMUM_NESTING} deep`);
  let count = before;
  while (reader.pos < end) {
    const tag = reader.uint32();
    const wireType = tag & 7;
    // Only proto2 had groups; skipping them would be the one thing that recurses without a type.
    if (wireType === GROUP_START || wireType === GROUP_END) {
      throw new UnreadableMessage("it holds a group");
    }
    const field = fields.get(tag >>> 3);
    // The decoder does not ask: it would read what is skipped here as a message with all its fields.
    if (field !== undefined && !isWireTypeOf(field, wireType)) {
      throw new UnreadableMessage(`field ${field.name} is of another type`);
    }
    if (wireType !== LENGTH_DELIMITED) {
      reader.skipType(wireType);
      count += 1;
    } else {
      const length = reader.uint32();
      const stop = reader.pos + length;
      if (stop > end) throw new UnreadableMessage("a field is longer than what holds it");
      const inner = field?.inner?.();
      if (inner === undefined) {
        // Packed numbers are no more than their bytes; which they are is not worth reading them twice.
        count += field?.isPackable === true ? length : 1;
        reader.pos = stop;
      } else count = countValues(inner, reader, stop, count + inner.values, nesting - 1);
    }
    if (count > MAXIMUM_VALUES) {
      throw new UnreadableMessage(`it holds more than ${MAXIMUM_VALUES} values`);
    }
  }
  if (reader.pos !== end) throw new UnreadableMessage("a field is longer than what holds it");
  return count;
}

function isWireTypeOf(field: FieldShape, wireType: number): boolean {
  return wireType === field.wireType || (wireType === LENGTH_DELIMITED && field.isPackable);
}
