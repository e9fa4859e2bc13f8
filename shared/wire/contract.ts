import { join } from "node:path";

import protobuf from "protobufjs";

import { packageRoot } from "./packageRoot.ts";

/** The proto files of the two services, below proto/. */
export const PROTO_FILES = [
  "lyapunov/v1/simulation_service.proto",
  "lyapunov/v1/fleet_service.proto",
] as const;

/** The proto files of error details, below proto/. */
const ERROR_FILES = ["google/rpc/status.proto", "google/rpc/error_details.proto"] as const;

let parsed: protobuf.Root | undefined;

function parse(): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(packageRoot(), "proto", target);
  root.loadSync([...PROTO_FILES, ...ERROR_FILES]).resolveAll();
  return root;
}

/**
 * The contract: every message and service of proto/, resolved. It is parsed once in a process, at
 * the first call. Use `contractCopy` to change something in it.
 */
export function contract(): protobuf.Root {
  parsed ??= parse();
  return parsed;
}

/** A copy of the contract that the caller may change; the files are not read again. */
export function contractCopy(): protobuf.Root {
  return protobuf.Root.fromJSON(contract().toJSON());
}
