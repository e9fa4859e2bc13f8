import { join } from "node:path";

import protobuf from "protobufjs";

import { packageRoot } from "./packageRoot.ts";

/** The files of the two services, below proto/. */
export const PROTO_FILES = [
  "lyapunov/v1/simulation_service.proto",
  "lyapunov/v1/fleet_service.proto",
] as const;

/** What the details of a failed call are made of, below proto/. */
const ERROR_FILES = ["google/rpc/status.proto", "google/rpc/error_details.proto"] as const;

let parsed: protobuf.Root | undefined;

function parse(): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(packageRoot(), "proto", target);
  root.loadSync([...PROTO_FILES, ...ERROR_FILES]).resolveAll();
  return root;
}

/**
 * The contract, resolved: every message and service of proto/. It is parsed at the first call, once in
 * a process; what must change something in it takes a copy.
 */
export function contract(): protobuf.Root {
  parsed ??= parse();
  return parsed;
}

/** A copy of the contract that is nobody else's, without another look at the files. */
export function contractCopy(): protobuf.Root {
  return protobuf.Root.fromJSON(contract().toJSON());
}
