import { propagationComputer } from "./propagationComputer.ts";
import type { ShardComputers } from "./shardComputer.ts";

const propagation = propagationComputer();

/** What this worker can compute. A coordinator that names no kind means propagation. */
export const COMPUTERS: ShardComputers = new Map([
  ["RUN_KIND_UNSPECIFIED", propagation],
  ["RUN_KIND_PROPAGATION", propagation],
]);
