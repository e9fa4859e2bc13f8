import protobuf from "protobufjs";
import { join } from "node:path";

import { packageRoot } from "../shared/wire/packageRoot.ts";
import { PROTO_FILES } from "../shared/wire/protocol.ts";

const root = new protobuf.Root();
root.resolvePath = (_origin, target) => join(packageRoot(), "proto", target);
root.loadSync([...PROTO_FILES]).resolveAll();

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

/** The bytes are no message, or one of more values than any that is meant well. */
export class UnreadableMessage extends Error {
  override readonly name = "UnreadableMessage";
}

/** The type of a method's request, such as `/lyapunov.v1.FleetService/Work`; undefined if foreign. */
export function requestTypeOf(path: string): protobuf.Type | undefined {
  const [, service = "", method = ""] = path.split("/");
  const found = root.lookup(service, [protobuf.Service]);
  if (!(found instanceof protobuf.Service)) return undefined;
  return found.methods[method]?.resolvedRequestType ?? undefined;
}

/**
 * Goes through a message without decoding it, at no cost but time that is linear in its bytes.
 *
 * @throws UnreadableMessage
 */
export function checkValues(type: protobuf.Type, bytes: Uint8Array): void {
  const reader = protobuf.Reader.create(bytes);
  try {
    countValues(type, reader, reader.len, fieldCount(type));
  } catch (error) {
    if (error instanceof UnreadableMessage) throw error;
    throw new UnreadableMessage((error as Error).message, { cause: error });
  }
}

/** @returns how many there are, those counted before included. */
function countValues(
  type: protobuf.Type,
  reader: protobuf.Reader,
  end: number,
  before: number,
): number {
  let count = before;
  const add = (values: number) => {
    count += values;
    if (count > MAXIMUM_VALUES) {
      throw new UnreadableMessage(`it holds more than ${MAXIMUM_VALUES} values`);
    }
  };
  while (reader.pos < end) {
    const tag = reader.uint32();
    const wireType = tag & 7;
    // Only proto2 had groups; skipping them would be the one thing that recurses without a type.
    if (wireType === GROUP_START || wireType === GROUP_END) {
      throw new UnreadableMessage("it holds a group");
    }
    const field = type.fieldsById[tag >>> 3];
    // The decoder does not ask: it would read what is skipped here as a message with all its fields.
    if (field !== undefined && !isWireTypeOf(field, wireType)) {
      throw new UnreadableMessage(`field ${field.name} is of another type`);
    }
    if (wireType !== LENGTH_DELIMITED) {
      reader.skipType(wireType);
      add(1);
      continue;
    }
    const length = reader.uint32();
    const stop = reader.pos + length;
    if (stop > end) throw new UnreadableMessage("a field is longer than what holds it");
    if (field?.resolvedType instanceof protobuf.Type) {
      // Decoded, it has all of its fields, those with default values included.
      add(fieldCount(field.resolvedType));
      count = countValues(field.resolvedType, reader, stop, count);
    } else {
      // Packed numbers are no more than their bytes; which they are is not worth reading them twice.
      add(field !== undefined && isPackable(field) ? length : 1);
      reader.pos = stop;
    }
  }
  if (reader.pos !== end) throw new UnreadableMessage("a field is longer than what holds it");
  return count;
}

function isWireTypeOf(field: protobuf.Field, wireType: number): boolean {
  const types: Readonly<Record<string, number>> = protobuf.types.basic;
  const type = field.resolvedType instanceof protobuf.Enum ? "int32" : field.type;
  const expected = types[type] ?? LENGTH_DELIMITED;
  if (wireType === expected) return true;
  return wireType === LENGTH_DELIMITED && isPackable(field);
}

function isPackable({ repeated, resolvedType, type }: protobuf.Field): boolean {
  return repeated && (resolvedType instanceof protobuf.Enum || type in protobuf.types.packed);
}

function fieldCount(type: protobuf.Type): number {
  return 1 + type.fieldsArray.length;
}
