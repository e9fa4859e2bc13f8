import { loadBackend } from "../backends/registry.ts";
import { propagationComputer, type BackendLoader } from "./propagationComputer.ts";
import type { ShardComputers } from "./shardComputer.ts";

/** What a worker can compute with these backends. A coordinator that names no kind means propagation. */
export function computersWith(load: BackendLoader): ShardComputers {
  const propagation = propagationComputer(load);
  return new Map([
    ["RUN_KIND_UNSPECIFIED", propagation],
    ["RUN_KIND_PROPAGATION", propagation],
  ]);
}

/** What the threads of a worker can compute. */
export const COMPUTERS = computersWith(loadBackend);
