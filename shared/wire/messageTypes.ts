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

/** A 64-bit number as protobufjs decodes it. */
export type DecodedLong =
  | number
  | { readonly low: number; readonly high: number; readonly unsigned: boolean };

/** To the nearest double. */
export function numberOf(value: DecodedLong): number {
  if (typeof value === "number") return value;
  const { low, high, unsigned } = value;
  return (unsigned ? high >>> 0 : high) * 2 ** 32 + (low >>> 0);
}
