import protobuf from "protobufjs";

import { contract, contractCopy } from "./contract.ts";

/**
 * The type of a message by name, for example `lyapunov.v1.Partial`, for messages that must be quick
 * to read. proto-loader would make two objects of every message, and strings of its long numbers.
 */
export function messageType(name: string): protobuf.Type {
  return contract().lookupType(name);
}

/**
 * The type of a message in which one inner message stays as its bytes on the wire. An inner message
 * that only passes through is then neither decoded nor encoded a second time.
 *
 * @param path the fields that lead to the inner message, for example `["result", "partial"]`
 * @throws Error if the path leads to no message, or into a `oneof`
 */
export function sealedType(name: string, path: readonly string[]): protobuf.Type {
  const outermost = contractCopy().lookupType(name);
  let type = outermost;
  for (const [i, step] of path.entries()) {
    const field = type.get(step);
    if (
      !(field instanceof protobuf.Field) ||
      !(field.resolve().resolvedType instanceof protobuf.Type)
    ) {
      throw new Error(`${name}: ${path.slice(0, i + 1).join(".")} is no message`);
    }
    if (i < path.length - 1) {
      type = field.resolvedType as protobuf.Type;
      continue;
    }
    if (field.partOf !== null) throw new Error(`${name}: ${path.join(".")} is one of several`);
    type.remove(field);
    type.add(
      new protobuf.Field(field.name, field.id, "bytes", field.repeated ? "repeated" : undefined),
    );
  }
  return outermost;
}

/**
 * The request type of a method like `/lyapunov.v1.FleetService/Work`; undefined if it is not ours.
 */
export function requestTypeOf(path: string): protobuf.Type | undefined {
  const [, service = "", method = ""] = path.split("/");
  const found = contract().lookup(service, [protobuf.Service]);
  if (!(found instanceof protobuf.Service)) return undefined;
  return found.methods[method]?.resolvedRequestType ?? undefined;
}

/** Decodes messages of one type; see `numericDecoder`. */
export type NumericDecoder = (bytes: Uint8Array) => unknown;

/**
 * A decoder for messages of one type in which every 64-bit integer is a number, rounded to the
 * nearest double. That holds for integers that were not sent, too: most encoders leave zeros out.
 *
 * @param sealed fields that lead to an inner message that stays as its bytes; see `sealedType`
 */
export function numericDecoder(name: string, sealed: readonly string[] = []): NumericDecoder {
  const type = sealed.length === 0 ? contractCopy().lookupType(name) : sealedType(name, sealed);
  setNumericDefaults(type, new Set());
  return (bytes) => type.decode(new NumberReader(bytes));
}

/** The 64-bit integers of Protocol Buffers. */
const LONG_TYPES: ReadonlySet<string> = new Set([
  "int64",
  "uint64",
  "sint64",
  "fixed64",
  "sfixed64",
]);

/** Makes 0 the default of 64-bit integers in a type and all types inside it. */
function setNumericDefaults(type: protobuf.Type, done: Set<protobuf.Type>): void {
  if (done.has(type)) return;
  done.add(type);
  // A decoded message finds what was not sent on its type's prototype.
  const defaults = type.ctor.prototype as unknown as Record<string, unknown>;
  for (const field of type.fieldsArray) {
    const { name, resolvedType, repeated, map } = field.resolve();
    if (resolvedType instanceof protobuf.Type) setNumericDefaults(resolvedType, done);
    else if (LONG_TYPES.has(field.type) && !repeated && !map) defaults[name] = 0;
  }
}

/**
 * Reads 64-bit integers as numbers, where protobufjs makes objects. Its declarations allow only
 * objects, hence the casts.
 */
class NumberReader extends protobuf.BufferReader {
  override uint64(): protobuf.Long {
    return asLong(this.#isShort() ? this.uint32() : numberOf(super.uint64()));
  }

  override int64(): protobuf.Long {
    return asLong(numberOf(super.int64()));
  }

  override sint64(): protobuf.Long {
    return asLong(this.#isShort() ? this.sint32() : numberOf(super.sint64()));
  }

  override fixed64(): protobuf.Long {
    return asLong(numberOf(super.fixed64()));
  }

  override sfixed64(): protobuf.Long {
    return asLong(numberOf(super.sfixed64()));
  }

  /** True if an integer of at most 28 bits comes next. */
  #isShort(): boolean {
    const { buf, pos } = this;
    for (let i = pos; i < pos + 4; i++) if ((buf[i] as number) < 128) return true;
    return false;
  }
}

function asLong(number: number): protobuf.Long {
  return number as unknown as protobuf.Long;
}

function numberOf({ low, high, unsigned }: protobuf.Long): number {
  return (unsigned ? high >>> 0 : high) * 2 ** 32 + (low >>> 0);
}
