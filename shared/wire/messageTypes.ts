import { join } from "node:path";

import protobuf from "protobufjs";

import { packageRoot } from "./packageRoot.ts";
import { PROTO_FILES } from "./protocol.ts";

const root = new protobuf.Root();
root.resolvePath = (_origin, target) => join(packageRoot(), "proto", target);
root.loadSync([...PROTO_FILES]).resolveAll();

/**
 * The type of a message, such as `lyapunov.v1.Partial`, for what must be quick: proto-loader makes
 * two objects of every message, and strings of its long numbers.
 */
export function messageType(name: string): protobuf.Type {
  return root.lookupType(name);
}

/** The type of a method's request, such as `/lyapunov.v1.FleetService/Work`; undefined if foreign. */
export function requestTypeOf(path: string): protobuf.Type | undefined {
  const [, service = "", method = ""] = path.split("/");
  const found = root.lookup(service, [protobuf.Service]);
  if (!(found instanceof protobuf.Service)) return undefined;
  return found.methods[method]?.resolvedRequestType ?? undefined;
}

/** Decodes a message, with numbers for 64-bit integers, to the nearest double. */
export function decodeWithNumbers(type: protobuf.Type, bytes: Uint8Array): unknown {
  return type.decode(new NumberReader(bytes));
}

/** Where protobufjs makes objects; and its types know nothing else. */
class NumberReader extends protobuf.BufferReader {
  override uint64(): protobuf.Long {
    const number = this.#isShort() ? this.uint32() : numberOf(super.uint64());
    return number as unknown as protobuf.Long;
  }

  override sint64(): protobuf.Long {
    const number = this.#isShort() ? this.sint32() : numberOf(super.sint64());
    return number as unknown as protobuf.Long;
  }

  /** Whether an integer of at most 28 bits comes next. */
  #isShort(): boolean {
    const { buf, pos } = this;
    for (let i = pos; i < pos + 4; i++) if ((buf[i] as number) < 128) return true;
    return false;
  }
}

function numberOf({ low, high, unsigned }: protobuf.Long): number {
  return (unsigned ? high >>> 0 : high) * 2 ** 32 + (low >>> 0);
}
