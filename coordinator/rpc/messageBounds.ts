import protobuf from "protobufjs";
import { reasonOf } from "../../shared/wire/reason.ts";

/** Wire types in the encoding of Protocol Buffers. */
const LENGTH_DELIMITED = 2;
const GROUP_START = 3;
const GROUP_END = 4;

/**
 * Most values that a message may decode to. A sweep of 2,000 runs with 64 checkpoints each has a
 * fifth of them; a shard's sums have far fewer. Two bytes can decode to a message of thirty fields,
 * and one byte to a 64-bit number, which is an object here. Without a bound, 16 MiB could decode to
 * more memory than there is.
 */
const MAXIMUM_VALUES = 2 ** 20;

/**
 * How deep messages may be nested; one level of JSON in `parameters` takes three. Deeper nesting
 * could overflow the decoder's stack.
 */
const MAXIMUM_NESTING = 64;

/** The bytes are not a message, or one with more values than any well-meant message. */
export class UnreadableMessage extends Error {
  override readonly name = "UnreadableMessage";
}

/** What must be known of a message type to check its messages. */
interface Shape {
  /** Values in a decoded message: itself and all its fields, including those with defaults. */
  readonly values: number;
  /** The fields by number. */
  readonly fields: ReadonlyMap<number, FieldShape>;
}

interface FieldShape {
  readonly name: string;
  readonly wireType: number;
  readonly isPackable: boolean;
  /** The shape of a field that is a message; a function, since types may contain one another. */
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

/** What plain fields and map fields of protobufjs have in common. */
type AnyField = Pick<protobuf.Field, "name" | "type" | "resolvedType" | "repeated">;

function fieldShapeOf(field: protobuf.Field): FieldShape {
  // By protobufjs's types, a message's fields are never maps; some are.
  const any: protobuf.FieldBase = field;
  return any instanceof protobuf.MapField ? mapShapeOf(any) : valueShapeOf(field);
}

/** The shape of a map, which is encoded as entries: messages with key (1) and value (2). */
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
 * Checks a message without decoding it, in time that is linear in its bytes.
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
    throw new UnreadableMessage(reasonOf(error), { cause: error });
  }
}

/**
 * Counts the values of a message, and throws if they are too many.
 *
 * @param before values counted before this message.
 * @param nesting levels that may still follow.
 * @returns all values counted so far, `before` included.
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
    // Only proto2 had groups; skipping one is the only thing that recurses without a type.
    if (wireType === GROUP_START || wireType === GROUP_END) {
      throw new UnreadableMessage("it holds a group");
    }
    const field = fields.get(tag >>> 3);
    // The decoder ignores the wire type: it would read what is skipped here as a whole message.
    if (field !== undefined && !isWireTypeOf(field, wireType)) {
      throw new UnreadableMessage(`field ${field.name} is of another type`);
    }
    if (wireType !== LENGTH_DELIMITED) {
      reader.skipType(wireType);
      count += 1;
    } else {
      const length = reader.uint32();
      const stop = reader.pos + length;
      if (stop > end) throw new UnreadableMessage("a field is longer than its message");
      const inner = field?.inner?.();
      if (inner === undefined) {
        // There are at most as many packed numbers as bytes; counting them exactly would cost more.
        count += field?.isPackable === true ? length : 1;
        reader.pos = stop;
      } else count = countValues(inner, reader, stop, count + inner.values, nesting - 1);
    }
    if (count > MAXIMUM_VALUES) {
      throw new UnreadableMessage(`it holds more than ${MAXIMUM_VALUES} values`);
    }
  }
  if (reader.pos !== end) throw new UnreadableMessage("a field is longer than its message");
  return count;
}

function isWireTypeOf(field: FieldShape, wireType: number): boolean {
  return wireType === field.wireType || (wireType === LENGTH_DELIMITED && field.isPackable);
}
